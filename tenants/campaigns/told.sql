-- Campaigns as the office sees them, the latest first: terms, state, shares, the steps of all its
-- versions, what is left of the budget.
SELECT
    campaigns.code, campaigns.name, campaigns.name_en, campaigns.state, campaigns.from_on,
    campaigns.to_on, campaigns.multiplier, campaigns.stack_group, campaigns.kind, campaigns.author,
    campaigns.reason, campaigns.expires_on, campaigns.ring_fenced, campaigns.cap_points_per_receipt,
    campaigns.cap_points_per_member, campaigns.cap_points_per_day, campaigns.budget_points,
    campaigns.segment, campaigns.control_bp, campaigns.listed_shops, campaigns.may_opt_out,
    campaigns.version_of, campaigns.plan, campaigns.premiums, facility.code AS facility,
    stocks.total - stocks.used AS budget_left_points,
    (
        SELECT json_object_agg(shares.funder, shares.weight)
        FROM tenants.funding_shares AS shares
        WHERE shares.campaign_id = campaigns.campaign_id
    ) AS shares,
    (
        SELECT coalesce(json_agg(json_build_object(
            'step', steps.step, 'from_state', steps.from_state, 'to_state', steps.to_state,
            'to_on', steps.to_on, 'by_client', steps.by_client, 'reason', steps.reason,
            'at', steps.at
        ) ORDER BY steps.step), '[]')
        FROM tenants.campaign_steps AS steps
        INNER JOIN tenants.campaigns AS versions USING (campaign_id)
        WHERE versions.code = campaigns.code
    ) AS steps
FROM tenants.campaigns
LEFT JOIN tenants.parties AS facility ON facility.party_id = campaigns.facility_id
LEFT JOIN federation.stocks ON stocks.stock = 'campaign:' || campaigns.code
WHERE
    campaigns.state <> 'rewritten'
    AND (%(code)s::text IS NULL OR campaigns.code = %(code)s)
ORDER BY campaigns.campaign_id DESC
