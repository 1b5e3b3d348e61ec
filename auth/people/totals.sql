-- What was booked on some business dates in the shops that the reader may see: by shop, facility,
-- area and in all; each level adds up the one below.
SELECT
    CASE
        WHEN grouping(shops.shop_id) = 0 THEN 'shop'
        WHEN grouping(shops.facility_id) = 0 THEN 'facility'
        WHEN grouping(places.area_id) = 0 THEN 'area'
        ELSE 'all'
    END AS level,
    areas.code AS area, facility.code AS facility, tenant.code AS tenant, shops.code AS shop,
    count(*) AS entries,
    coalesce(sum(entries.points) FILTER (WHERE entries.points > 0), 0)::bigint AS granted_points,
    coalesce(-sum(entries.points) FILTER (WHERE entries.points < 0), 0)::bigint AS spent_points,
    coalesce(sum(entries.paid_yen) FILTER (WHERE entries.kind = 'accrual'), 0)::bigint AS sales_yen
FROM federation.entries
INNER JOIN tenants.shops USING (shop_id)
INNER JOIN tenants.parties AS tenant ON tenant.party_id = shops.tenant_id
LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
LEFT JOIN tenants.area_facilities AS places ON places.facility_id = shops.facility_id
LEFT JOIN tenants.areas ON areas.area_id = places.area_id
WHERE entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
GROUP BY
GROUPING SETS (
    (),
    (places.area_id, areas.code),
    (places.area_id, areas.code, shops.facility_id, facility.code),
    (
        places.area_id, areas.code, shops.facility_id, facility.code, shops.shop_id, tenant.code,
        shops.code
    )
)
ORDER BY area NULLS FIRST, facility NULLS FIRST, tenant NULLS FIRST, shop NULLS FIRST, level
