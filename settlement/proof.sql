-- The proof of a cycle's positions: one pass over all its draws and lots comes to the same, and
-- every party is known. Each row is a cell that differs, or is nobody's; no row is the only good answer.
WITH folded AS (
    SELECT funder_id, tenant_id, movement, kind, funding, late, sum(points) AS points
    FROM (
        SELECT funder_id, tenant_id, movement, kind, funding, late, points
        FROM settlement.positions
        WHERE cycle_id = %(cycle_id)s::integer
        UNION ALL
        SELECT funder_id, tenant_id, movement, kind, funding, late, points
        FROM settlement.unfolded
        WHERE cycle_id = %(cycle_id)s::integer AND booked_at >= %(since)s::timestamptz
    ) AS cells
    GROUP BY funder_id, tenant_id, movement, kind, funding, late
),

whole AS (
    SELECT funder_id, tenant_id, movement, kind, funding, late, sum(points) AS points
    FROM settlement.parts
    WHERE cycle_id = %(cycle_id)s::integer AND booked_at >= %(since)s::timestamptz
    GROUP BY funder_id, tenant_id, movement, kind, funding, late
),

cells AS (
    SELECT
        funder_id, tenant_id, movement, kind, funding, late,
        coalesce(folded.points, 0)::bigint AS points, coalesce(whole.points, 0)::bigint AS whole
    FROM folded
    FULL JOIN whole USING (funder_id, tenant_id, movement, kind, funding, late)
)

SELECT
    coalesce(funder.code, '?' || cells.funder_id) AS funder,
    coalesce(tenant.code, '?' || cells.tenant_id) AS tenant,
    cells.movement, cells.kind, cells.funding, cells.late, cells.points, cells.whole
FROM cells
LEFT JOIN tenants.parties AS funder ON funder.party_id = cells.funder_id
LEFT JOIN tenants.parties AS tenant ON tenant.party_id = cells.tenant_id
WHERE cells.points <> cells.whole OR funder.code IS NULL OR tenant.code IS NULL
ORDER BY 1, 2, 3, 4, 5, 6
LIMIT %(most)s::integer
