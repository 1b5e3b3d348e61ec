-- Sealed cycles whose last day is not long ago, or the one that is asked for.
SELECT cycles.cycle_id
FROM settlement.cycles
INNER JOIN federation.cycles AS calendar USING (cycle_id)
WHERE
    cycles.stage = 'sealed'
    AND CASE
        WHEN %(cycle_id)s::integer IS NULL THEN calendar.last_on >= %(since)s::date
        ELSE cycles.cycle_id = %(cycle_id)s
    END
ORDER BY cycles.cycle_id
