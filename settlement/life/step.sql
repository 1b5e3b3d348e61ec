-- A sealed cycle goes from one state to another; no row means: not from here.
UPDATE settlement.cycles
SET state = %(goes_to)s::text
WHERE
    cycle_id = %(cycle_id)s::integer
    AND state = %(came_from)s::text
    AND stage = 'sealed'
