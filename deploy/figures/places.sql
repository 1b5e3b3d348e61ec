-- Every shop that the reader may see, and where it lies.
SELECT
    shops.shop_id, tenant.code || '/' || shops.code AS shop, shops.name AS shop_name,
    shops.name_en AS shop_name_en, tenant.code AS tenant, tenant.name AS tenant_name,
    tenant.name_en AS tenant_name_en, facility.code AS facility, facility.name AS facility_name,
    facility.name_en AS facility_name_en, areas.code AS area, areas.name AS area_name,
    areas.name_en AS area_name_en
FROM tenants.shops
INNER JOIN tenants.parties AS tenant ON tenant.party_id = shops.tenant_id
LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
LEFT JOIN tenants.area_facilities AS lies ON lies.facility_id = shops.facility_id
LEFT JOIN tenants.areas ON areas.area_id = lies.area_id
ORDER BY areas.area_id NULLS LAST, shops.facility_id NULLS LAST, shops.shop_id
