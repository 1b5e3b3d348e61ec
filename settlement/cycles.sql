-- Cycles that have begun, newest first, or one of them, and how far each is.
SELECT
    calendar.cycle_id, calendar.first_on, calendar.last_on,
    coalesce(cycles.state, 'open') AS state,
    calendar.closed_at, cycles.sealed_at, seals.leaves,
    encode(seals.previous, 'hex') AS previous,
    encode(seals.root, 'hex') AS root,
    encode(seals.seal, 'hex') AS seal
FROM federation.cycles AS calendar
LEFT JOIN settlement.cycles USING (cycle_id)
LEFT JOIN settlement.seals USING (cycle_id)
WHERE
    calendar.first_on <= %(today)s::date
    AND (%(cycle_id)s::integer IS NULL OR calendar.cycle_id = %(cycle_id)s)
    AND (%(before)s::integer IS NULL OR calendar.cycle_id < %(before)s)
ORDER BY calendar.cycle_id DESC
LIMIT %(most)s::integer
