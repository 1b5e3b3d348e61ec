-- Lines of a tenant that wait for a card to become known, or for the slip they are to undo.
SELECT number, batch_id AS batch, line, seq, slip, kind, till, waits_for, business_date
FROM tenants.batch_lines
WHERE
    tenant_id = %(tenant_id)s::bigint
    AND state = 'waiting'
    AND number > %(after)s::bigint
ORDER BY number
LIMIT %(most)s::integer
