-- The last cycle whose statements are written.
SELECT cycle_id FROM settlement.cycles
WHERE stage IN ('stated', 'sealed')
ORDER BY cycle_id DESC
LIMIT 1
