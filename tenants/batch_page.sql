-- Lines of a batch in their order, after a given one.
SELECT
    line, seq, slip, kind, state, waits_for, business_date, outcome,
    encode(sha256(content), 'hex') AS line_sha256
FROM tenants.batch_lines
WHERE
    tenant_id = %(tenant_id)s::bigint
    AND batch_id = %(batch)s::text
    AND line > %(after)s::bigint
ORDER BY line
LIMIT %(most)s::integer
