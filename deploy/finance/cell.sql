-- The entries behind one cell of a cycle's matrix, newest first: points of one party used at
-- another (+) or given back to it (-).
WITH met AS (
    SELECT
        parts.member_id, parts.entry_id, parts.booked_at,
        sum(CASE parts.movement WHEN 'used' THEN parts.points ELSE -parts.points END) AS points
    FROM settlement.parts
    WHERE
        parts.cycle_id = %(cycle_id)s::integer
        AND parts.booked_at BETWEEN %(since)s::timestamptz AND %(until)s::timestamptz
        AND parts.movement IN ('used', 'restored')
        AND parts.kind <> 'coupon'
        AND parts.funder_id = %(funder_id)s::bigint
        AND parts.tenant_id = %(tenant_id)s::bigint
        AND (%(before)s::bigint IS NULL OR parts.entry_id < %(before)s)
    GROUP BY 1, 2, 3
    ORDER BY 2 DESC
    LIMIT %(most)s::integer
)

SELECT
    met.member_id, met.entry_id, entries.business_date, entries.kind,
    met.points::bigint AS points, shops.code AS shop, entries.at, entries.till,
    entries.receipt_no, entries.slip
FROM met
INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
INNER JOIN tenants.shops USING (shop_id)
ORDER BY met.entry_id DESC
