-- The next cycle that is not confirmed.
SELECT calendar.cycle_id
FROM federation.cycles AS calendar
LEFT JOIN settlement.cycles USING (cycle_id)
WHERE
    calendar.cycle_id > %(cycle_id)s::integer
    AND coalesce(cycles.state, 'open') IN ('open', 'closed')
ORDER BY calendar.cycle_id
LIMIT 1
