-- What each funder's points did in a cycle, and where: one pass over its draws and its lots.
-- `since` is before anything of this cycle was booked, so that older months are not read.
INSERT INTO settlement.flows (
    cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
)
SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, sum(points)
FROM settlement.parts
WHERE cycle_id = %(cycle_id)s::integer AND booked_at >= %(since)s::timestamptz
GROUP BY cycle_id, funder_id, tenant_id, movement, kind, funding, late
