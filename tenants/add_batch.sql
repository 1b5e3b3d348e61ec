-- A file that has not come before, with every line of it, byte for byte; the same file again writes
-- nothing.
WITH batch AS (
    INSERT INTO tenants.batches (tenant_id, batch_id, client_id, tills, lines, received_at)
    VALUES (
        %(tenant_id)s::bigint, %(batch)s::text, %(client_id)s::text, %(tills)s::text [],
        cardinality(%(lines)s::bytea []), %(now)s::timestamptz
    )
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, batch_id
)

INSERT INTO tenants.batch_lines (tenant_id, batch_id, line, content)
SELECT batch.tenant_id, batch.batch_id, sent.line, sent.content
FROM batch
CROSS JOIN unnest(%(lines)s::bytea []) WITH ORDINALITY AS sent (content, line)
ORDER BY sent.line
