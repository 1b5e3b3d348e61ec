-- Points issued, and those taken back, by business date, facility, tenant, shop, kind of entry and
-- kind of points: of one tenant, or of all. `since` says from which month on to look.
SELECT
    entries.business_date, coalesce(facility.code, '') AS facility, tenant.code AS tenant,
    shops.code AS shop, entries.kind AS source, parts.kind, count(DISTINCT parts.entry_id) AS entries,
    coalesce(sum(parts.points) FILTER (WHERE parts.movement = 'granted'), 0)::bigint AS issued_points,
    coalesce(sum(parts.points) FILTER (WHERE parts.movement = 'recovered'), 0)::bigint
        AS taken_back_points
FROM settlement.parts
INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
INNER JOIN tenants.shops ON shops.shop_id = entries.shop_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = entries.tenant_id
LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
WHERE
    parts.movement IN ('granted', 'recovered')
    AND parts.kind <> 'coupon'
    AND parts.booked_at >= %(since)s::timestamptz
    AND entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND (%(tenant_id)s::bigint IS NULL OR entries.tenant_id = %(tenant_id)s)
GROUP BY
    entries.business_date, facility.code, tenant.code, shops.code, entries.kind, parts.kind
ORDER BY entries.business_date, facility.code, tenant.code, shops.code, entries.kind, parts.kind
