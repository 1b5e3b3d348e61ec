-- The cycles that are not summed yet and have begun.
SELECT calendar.cycle_id, calendar.first_on
FROM federation.cycles AS calendar
LEFT JOIN settlement.cycles USING (cycle_id)
WHERE
    calendar.first_on <= %(today)s::date
    AND coalesce(cycles.stage, 'begun') IN ('begun', 'lapsed', 'shut')
ORDER BY calendar.cycle_id
