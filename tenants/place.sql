-- A place by its code: an area, a facility, a tenant, or a shop as `tenant/shop`.
SELECT areas.area_id AS place_id FROM tenants.areas
WHERE %(kind)s::text = 'area' AND areas.code = %(code)s::text
UNION ALL
SELECT facilities.facility_id
FROM tenants.facilities
INNER JOIN tenants.parties ON parties.party_id = facilities.facility_id
WHERE %(kind)s::text = 'facility' AND parties.code = %(code)s::text
UNION ALL
SELECT shops.shop_id
FROM tenants.shops
INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id
WHERE %(kind)s::text = 'shop' AND parties.code || '/' || shops.code = %(code)s::text
UNION ALL
SELECT tenants.tenant_id
FROM tenants.tenants
INNER JOIN tenants.parties ON parties.party_id = tenants.tenant_id
WHERE %(kind)s::text = 'tenant' AND parties.code = %(code)s::text AND tenants.tenant_id <> 1
