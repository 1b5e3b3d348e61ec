-- Every campaign that gives or has given, with the shares of its funders, and the shops that take part
-- in it or stay out.
SELECT
    campaigns.code, campaigns.facility_id, campaigns.from_on, campaigns.to_on, campaigns.multiplier,
    campaigns.stack_group, campaigns.expires_on, campaigns.ring_fenced,
    campaigns.cap_points_per_receipt, campaigns.cap_points_per_member, campaigns.cap_points_per_day,
    campaigns.tenths, campaigns.multiplies,
    campaigns.state, campaigns.budget_points, campaigns.segment, campaigns.control_bp,
    json_agg(json_build_array(shares.funder, shares.weight) ORDER BY shares.funder) AS shares,
    CASE
        WHEN campaigns.listed_shops THEN array(
            SELECT shops.shop_id FROM tenants.campaign_shops AS shops
            WHERE shops.campaign_id = campaigns.campaign_id AND shops.takes_part
            ORDER BY shops.shop_id
        )
    END AS shops,
    array(
        SELECT shops.shop_id FROM tenants.campaign_shops AS shops
        WHERE shops.campaign_id = campaigns.campaign_id AND NOT shops.takes_part
        ORDER BY shops.shop_id
    ) AS without
FROM tenants.campaigns
INNER JOIN tenants.funding_shares AS shares USING (campaign_id)
WHERE campaigns.state IN ('live', 'paused', 'ended')
GROUP BY campaigns.campaign_id
