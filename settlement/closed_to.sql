-- The last day that a closed cycle has.
SELECT max(calendar.last_on) AS last_on
FROM settlement.cycles
INNER JOIN federation.cycles AS calendar USING (cycle_id)
WHERE cycles.state <> 'open'
