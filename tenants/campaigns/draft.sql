-- A campaign is written down, with the shares of those who would pay; where its facility is unknown,
-- nothing is.
WITH place AS (
    SELECT parties.party_id
    FROM tenants.parties
    WHERE parties.code = %(facility)s::text AND parties.kind = 'facility'
    UNION ALL
    SELECT NULL WHERE %(facility)s::text IS NULL
),

campaign AS (
    INSERT INTO tenants.campaigns (
        campaign_id, code, name, name_en, facility_id, from_on, to_on, multiplier, stack_group,
        expires_on, ring_fenced, cap_points_per_receipt, cap_points_per_member, cap_points_per_day,
        state, version_of, kind, budget_points, segment, control_bp, listed_shops, may_opt_out, plan,
        premiums, author, reason
    )
    SELECT
        nextval('tenants.ids'), %(code)s::text, %(name)s::text, %(name_en)s::text, place.party_id,
        %(from_on)s::date, %(to_on)s::date, %(multiplier)s::integer, %(stack_group)s::text,
        %(expires_on)s::date, %(ring_fenced)s::boolean, %(cap_points_per_receipt)s::bigint,
        %(cap_points_per_member)s::bigint, %(cap_points_per_day)s::bigint, 'draft',
        %(version_of)s::text, %(kind)s::text, %(budget_points)s::bigint, %(segment)s::text,
        %(control_bp)s::integer, %(listed_shops)s::boolean, %(may_opt_out)s::boolean,
        %(plan)s::jsonb, %(premiums)s::jsonb, %(author)s::text, %(reason)s::text
    FROM place
    RETURNING campaign_id
),

share AS (
    INSERT INTO tenants.funding_shares (campaign_id, funder, weight)
    SELECT campaign.campaign_id, s.funder, s.weight
    FROM campaign
    CROSS JOIN unnest(%(funders)s::text [], %(weights)s::integer []) AS s (funder, weight)
)

SELECT campaign_id FROM campaign
