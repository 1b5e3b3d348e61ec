-- Every shop with its levels, its names, and since when it has terms.
SELECT
    shops.shop_id, shops.tenant_id, shops.facility_id, tenant.code || '/' || shops.code AS shop,
    shops.name, shops.name_en, tenant.code AS tenant, facility.code AS facility,
    tenants.state = 'active' AS active,
    (SELECT min(terms.from_on) FROM tenants.terms WHERE terms.shop_id = shops.shop_id) AS began_on
FROM tenants.shops
INNER JOIN tenants.tenants USING (tenant_id)
INNER JOIN tenants.parties AS tenant ON tenant.party_id = shops.tenant_id
LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
WHERE shops.tenant_id <> 1
ORDER BY tenant.code, shops.code
