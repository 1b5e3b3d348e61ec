-- What a close ended with.
SELECT
    to_char(calendar.first_on, 'YYYY-MM-DD') AS cycle, calendar.first_on, calendar.last_on,
    cycles.state, cycles.closed_at, seals.leaves, encode(seals.previous, 'hex') AS previous,
    encode(seals.root, 'hex') AS root, encode(seals.seal, 'hex') AS seal
FROM settlement.seals
INNER JOIN settlement.cycles USING (cycle_id)
INNER JOIN federation.cycles AS calendar USING (cycle_id)
WHERE seals.cycle_id = %(cycle_id)s::integer
