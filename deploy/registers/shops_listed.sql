-- Shops by code, a page at a time: of a facility, or with these words in code or name.
SELECT
    shops.shop_id, shops.tenant_id, named.shop, tenant.code AS tenant, shops.code, shops.name,
    shops.name_en, facility.code AS facility, areas.code AS area, tenants.state, shops.trade,
    tills.tills, tills.tills_on,
    (SELECT min(terms.from_on) FROM tenants.terms WHERE terms.shop_id = shops.shop_id) AS began_on
FROM tenants.shops
INNER JOIN tenants.tenants USING (tenant_id)
INNER JOIN tenants.parties AS tenant ON tenant.party_id = shops.tenant_id
LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
LEFT JOIN tenants.area_facilities USING (facility_id)
LEFT JOIN tenants.areas USING (area_id)
CROSS JOIN LATERAL (SELECT tenant.code || '/' || shops.code AS shop) AS named
CROSS JOIN LATERAL (
    SELECT count(*) AS tills, count(*) FILTER (WHERE tills.state = 'active') AS tills_on
    FROM tenants.tills
    WHERE tills.shop_id = shops.shop_id
) AS tills
WHERE
    shops.tenant_id <> 1
    AND named.shop > %(after)s::text
    AND (%(shop)s::text IS NULL OR named.shop = %(shop)s::text)
    AND (%(facility)s::text IS NULL OR facility.code = %(facility)s::text)
    AND (
        %(words)s::text IS NULL
        OR position(lower(%(words)s::text) IN lower(named.shop || ' ' || shops.name || ' ' || shops.name_en)) > 0
    )
ORDER BY named.shop
LIMIT %(most)s::bigint
