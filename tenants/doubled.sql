-- Lines of a till whose number had come before with other content, or that do not fit the chain.
SELECT
    batch_lines.seq, batch_lines.batch_id AS batch, batch_lines.line,
    split_part(batch_lines.outcome::jsonb -> 'problem' ->> 'type', '/', 3) AS problem
FROM tenants.batch_lines
WHERE
    batch_lines.tenant_id = %(tenant_id)s::bigint
    AND batch_lines.till = %(till)s::text
    AND batch_lines.state = 'refused'
    AND batch_lines.outcome::jsonb -> 'problem' ->> 'type'
    IN ('/problems/seq-reused', '/problems/broken-chain')
ORDER BY batch_lines.number
LIMIT %(most)s::integer
