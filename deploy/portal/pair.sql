-- The entries of a cycle that moved points of one party or at one tenant, newest first: always of the
-- tenant that asks, as funder or as the place; what was given back counts against what was used. Day,
-- kind, points and place; slip and till only of what it booked itself. What all come to stands in each.
WITH met AS (
    SELECT
        parts.member_id, parts.entry_id, parts.booked_at,
        sum(CASE parts.movement WHEN 'restored' THEN -parts.points ELSE parts.points END) AS points
    FROM settlement.parts
    WHERE
        parts.cycle_id = %(cycle_id)s::integer
        AND parts.booked_at BETWEEN %(since)s::timestamptz AND %(until)s::timestamptz
        AND parts.movement = ANY(%(movements)s::text [])
        AND parts.kind <> 'coupon'
        AND %(own_id)s::bigint IN (parts.funder_id, parts.tenant_id)
        AND (%(funder_id)s::bigint IS NULL OR parts.funder_id = %(funder_id)s)
        AND (%(tenant_id)s::bigint IS NULL OR parts.tenant_id = %(tenant_id)s)
        AND (NOT %(across)s::boolean OR parts.tenant_id <> parts.funder_id)
    GROUP BY 1, 2, 3
)

SELECT
    met.member_id, met.entry_id, entries.business_date, entries.kind, met.points::bigint AS points,
    shops.name AS shop, shops.name_en AS shop_en,
    CASE WHEN entries.tenant_id = %(own_id)s::bigint THEN entries.till END AS till,
    CASE WHEN entries.tenant_id = %(own_id)s::bigint THEN entries.slip END AS slip,
    (sum(met.points) OVER ())::bigint AS whole, count(*) OVER () AS entries
FROM met
INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
INNER JOIN tenants.shops USING (shop_id)
WHERE met.points <> 0
ORDER BY met.entry_id DESC
LIMIT %(most)s::integer
OFFSET %(skip)s::integer
