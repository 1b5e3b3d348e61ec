-- Begin to close a cycle; whoever comes second finds it begun.
WITH begun AS (
    INSERT INTO settlement.cycles (cycle_id, scheme_id, closed_by, begun_at)
    VALUES (
        %(cycle_id)s::integer, %(scheme_id)s::integer, %(who)s::text, %(now)s::timestamptz
    )
    ON CONFLICT (cycle_id) DO NOTHING
    RETURNING cycle_id
)

INSERT INTO settlement.salts (cycle_id, salt_key)
SELECT cycle_id, %(salt_key)s::bytea FROM begun
