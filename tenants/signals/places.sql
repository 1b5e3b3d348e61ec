-- Every shop, by the codes under which people know it.
SELECT shops.shop_id, parties.code AS tenant, shops.code AS shop
FROM tenants.shops
INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id
