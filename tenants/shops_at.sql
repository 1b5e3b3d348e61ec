SELECT DISTINCT shops.shop_id, shops.tenant_id
FROM tenants.shops
LEFT JOIN tenants.area_facilities USING (facility_id)
INNER JOIN unnest(%(kinds)s::text [], %(ids)s::bigint []) AS place (kind, id)
    ON (place.kind = 'shop' AND place.id = shops.shop_id)
    OR (place.kind = 'facility' AND place.id = shops.facility_id)
    OR (place.kind = 'area' AND place.id = area_facilities.area_id)
ORDER BY shops.shop_id
