-- Every shop where a campaign could give, and whether it does.
SELECT
    parties.code || '/' || shops.code AS shop,
    CASE
        WHEN coalesce(standing.takes_part, NOT campaigns.listed_shops) THEN 'takes-part'
        ELSE 'stays-out'
    END AS result
FROM tenants.campaigns
INNER JOIN tenants.shops
    ON campaigns.facility_id IS NULL OR shops.facility_id = campaigns.facility_id
INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id AND parties.kind = 'tenant'
LEFT JOIN tenants.campaign_shops AS standing
    ON standing.campaign_id = campaigns.campaign_id AND standing.shop_id = shops.shop_id
WHERE campaigns.code = %(code)s::text AND campaigns.state <> 'rewritten'
ORDER BY shop
