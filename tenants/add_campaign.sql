-- A campaign, with the shares of those who pay for its extra points.
WITH campaign AS (
    INSERT INTO tenants.campaigns (
        campaign_id, code, name, name_en, facility_id, from_on, to_on, multiplier, stack_group,
        expires_on, ring_fenced, cap_points_per_receipt, cap_points_per_member, cap_points_per_day,
        tenths, multiplies, author, reason
    )
    VALUES (
        nextval('tenants.ids'), %(code)s::text, %(name)s::text, %(name_en)s::text,
        %(facility_id)s::bigint, %(from_on)s::date, %(to_on)s::date, %(multiplier)s::integer,
        %(stack_group)s::text, %(expires_on)s::date, %(ring_fenced)s::boolean,
        %(cap_points_per_receipt)s::bigint, %(cap_points_per_member)s::bigint,
        %(cap_points_per_day)s::bigint, %(tenths)s::smallint, %(multiplies)s::boolean, %(author)s::text, %(reason)s::text
    )
    RETURNING campaign_id
),

share AS (
    INSERT INTO tenants.funding_shares (campaign_id, funder, weight)
    SELECT campaign.campaign_id, s.funder, s.weight
    FROM campaign
    CROSS JOIN unnest(%(funders)s::text [], %(weights)s::integer []) AS s (funder, weight)
)

SELECT campaign_id FROM campaign
