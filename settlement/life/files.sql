-- The files of a plan.
SELECT kind, lines, yen, body, released_at FROM settlement.files
WHERE cycle_id = %(cycle_id)s::integer AND plan = %(plan)s::smallint
ORDER BY kind
