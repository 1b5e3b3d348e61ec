-- The seal of the cycle before one.
SELECT seals.seal FROM settlement.seals
WHERE seals.cycle_id < %(cycle_id)s::integer
ORDER BY seals.cycle_id DESC
LIMIT 1
