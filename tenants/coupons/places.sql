-- Facilities and shops by number, under the names that members read.
SELECT 'facility' AS what, parties.party_id AS id, parties.code, parties.name
FROM tenants.parties
WHERE parties.kind = 'facility'
UNION ALL
SELECT 'shop', shops.shop_id, shops.code, shops.name FROM tenants.shops
ORDER BY 1, 2
