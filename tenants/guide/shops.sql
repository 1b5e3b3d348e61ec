-- The shop guide: shops of a facility or of all, of one trade, whose name or guide has these words.
SELECT
    shops.shop_id, shops.tenant_id, owners.code AS tenant, shops.code, shops.name, shops.name_en,
    shops.trade, places.code AS facility, places.name AS facility_name,
    places.name_en AS facility_name_en, pages.version, coalesce(pages.floor, '') AS floor,
    coalesce(pages.floor_en, '') AS floor_en, coalesce(pages.phone, '') AS phone,
    coalesce(pages.hours, '') AS hours, coalesce(pages.hours_en, '') AS hours_en,
    coalesce(pages.guide, '') AS guide, coalesce(pages.guide_en, '') AS guide_en,
    coalesce(pages.faq, '[]'::jsonb) AS faq
FROM tenants.shops
INNER JOIN tenants.tenants USING (tenant_id)
INNER JOIN tenants.parties AS owners ON owners.party_id = shops.tenant_id
INNER JOIN tenants.parties AS places ON places.party_id = shops.facility_id
LEFT JOIN LATERAL (
    SELECT * FROM tenants.shop_pages AS one
    WHERE one.shop_id = shops.shop_id
    ORDER BY one.version DESC
    LIMIT 1
) AS pages ON true
WHERE
    tenants.state = 'active'
    AND (%(facility)s::text IS NULL OR places.code = %(facility)s::text)
    AND (%(trade)s::text IS NULL OR shops.trade = %(trade)s::text)
    AND (%(tenant)s::text IS NULL OR owners.code = %(tenant)s::text)
    AND (%(shop)s::text IS NULL OR shops.code = %(shop)s::text)
    AND (%(shops)s::bigint [] IS NULL OR shops.shop_id = ANY(%(shops)s::bigint []))
    AND (
        %(words)s::text IS NULL
        OR position(lower(%(words)s::text) IN lower(
            concat_ws(' ', shops.name, shops.name_en, shops.trade, pages.guide, pages.guide_en)
        )) > 0
    )
    AND (
        %(after)s::bigint IS NULL
        OR (places.code, shops.name, shops.shop_id) > (
            SELECT last_places.code, last.name, last.shop_id
            FROM tenants.shops AS last
            INNER JOIN tenants.parties AS last_places ON last_places.party_id = last.facility_id
            WHERE last.shop_id = %(after)s::bigint
        )
    )
ORDER BY places.code, shops.name, shops.shop_id
LIMIT %(most)s::integer
