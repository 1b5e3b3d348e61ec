-- The seal over a cycle and all before it.
INSERT INTO settlement.seals (cycle_id, leaves, previous, root, seal)
VALUES (
    %(cycle_id)s::integer, %(leaves)s::bigint, %(previous)s::bytea, %(root)s::bytea, %(seal)s::bytea
)
