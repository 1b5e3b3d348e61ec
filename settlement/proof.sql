-- The proof of a cycle's positions: one pass over all its draws and lots comes to the same. Each row
-- is a cell that differs; no row is the only good answer.
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

differing AS (
    SELECT
        funder_id, tenant_id, movement, kind, funding, late,
        coalesce(folded.points, 0)::bigint AS points, coalesce(whole.points, 0)::bigint AS whole
    FROM folded
    FULL JOIN whole USING (funder_id, tenant_id, movement, kind, funding, late)
    WHERE folded.points IS DISTINCT FROM whole.points
)

SELECT
    funder.code AS funder, tenant.code AS tenant, differing.movement, differing.kind,
    differing.funding, differing.late, differing.points, differing.whole
FROM differing
INNER JOIN tenants.parties AS funder ON funder.party_id = differing.funder_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = differing.tenant_id
ORDER BY 1, 2, 3, 4, 5, 6
LIMIT %(most)s::integer
