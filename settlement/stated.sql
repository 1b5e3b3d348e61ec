-- Who got a statement of a cycle, as it stands there.
SELECT body FROM settlement.statements WHERE cycle_id = %(cycle_id)s::integer
