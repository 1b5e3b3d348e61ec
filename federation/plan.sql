-- Cycles that the calendar lacks.
INSERT INTO federation.cycles (cycle_id, first_on, last_on)
SELECT cycle_id, first_on, last_on
FROM unnest(%(ids)s::integer [], %(firsts)s::date [], %(lasts)s::date []) AS c (cycle_id, first_on, last_on)
ON CONFLICT (cycle_id) DO NOTHING
