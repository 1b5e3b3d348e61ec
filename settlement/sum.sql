-- What each funder's points did in a cycle, and where: as it was folded, and what is not yet. A
-- shut cycle gets no entry any more, so that both together come to the same whenever it is asked.
-- `since` is before anything of this cycle was booked, so that older months are not read.
INSERT INTO settlement.flows (
    cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
)
SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, sum(points)
FROM (
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    FROM settlement.positions
    WHERE cycle_id = %(cycle_id)s::integer
    UNION ALL
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    FROM settlement.unfolded
    WHERE cycle_id = %(cycle_id)s::integer AND booked_at >= %(since)s::timestamptz
) AS cells
GROUP BY cycle_id, funder_id, tenant_id, movement, kind, funding, late
