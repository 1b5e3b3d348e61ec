-- The next cycle that is not stated yet: what is decided now stands in its sealed file.
SELECT calendar.cycle_id
FROM federation.cycles AS calendar
LEFT JOIN settlement.cycles USING (cycle_id)
WHERE
    calendar.cycle_id > %(cycle_id)s::integer
    AND coalesce(cycles.stage, 'begun') IN ('begun', 'lapsed', 'shut', 'summed')
ORDER BY calendar.cycle_id
LIMIT 1
