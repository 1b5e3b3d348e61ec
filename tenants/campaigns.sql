-- Every campaign with the shares of its funders.
SELECT
    campaigns.code, campaigns.facility_id, campaigns.from_on, campaigns.to_on, campaigns.multiplier,
    campaigns.stack_group, campaigns.expires_on, campaigns.ring_fenced,
    campaigns.cap_points_per_receipt, campaigns.cap_points_per_member, campaigns.cap_points_per_day,
    json_agg(json_build_array(shares.funder, shares.weight) ORDER BY shares.funder) AS shares
FROM tenants.campaigns
INNER JOIN tenants.funding_shares AS shares USING (campaign_id)
GROUP BY campaigns.campaign_id
