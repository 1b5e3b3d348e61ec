-- The entries of a cycle by which points of one party were used at another (less what was given back),
-- or were granted at its cost wherever that was, newest first: day, kind, points and place; slip and
-- till only of what the tenant that asks booked itself. What all come to stands in each.
WITH met AS (
    SELECT
        parts.member_id, parts.entry_id, parts.booked_at,
        sum(CASE parts.movement WHEN 'restored' THEN -parts.points ELSE parts.points END) AS points
    FROM settlement.parts
    WHERE
        parts.cycle_id = %(cycle_id)s::integer
        AND parts.booked_at BETWEEN %(since)s::timestamptz AND %(until)s::timestamptz
        AND CASE WHEN %(granted)s::boolean
            THEN parts.movement = 'granted'
            ELSE parts.movement IN ('used', 'restored') AND parts.kind <> 'coupon'
        END
        AND parts.funder_id = %(funder_id)s::bigint
        AND (%(granted)s::boolean OR parts.tenant_id = %(tenant_id)s::bigint)
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
