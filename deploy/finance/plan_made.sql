-- When a plan was prepared: the instant that its pain.001 bears.
SELECT prepared_at FROM settlement.plans
WHERE cycle_id = %(cycle_id)s::integer AND plan = %(plan)s::smallint
