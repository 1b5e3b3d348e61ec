-- Lines of a till whose number had come before with other content, or that do not fit the chain. They
-- were signed by the till, so that what they say of it can be read.
SELECT (lines.outcome ->> 'seq')::bigint AS seq, lines.batch, lines.line, lines.problem
FROM (
    SELECT
        batch_lines.number, batch_lines.batch_id AS batch, batch_lines.line,
        batch_lines.outcome::json AS outcome,
        split_part(batch_lines.outcome::json -> 'problem' ->> 'type', '/', 3) AS problem,
        CASE
            WHEN batch_lines.outcome::json -> 'problem' ->> 'type'
                IN ('/problems/seq-reused', '/problems/broken-chain')
                THEN convert_from(batch_lines.content, 'UTF8')::json ->> 'till'
        END AS till
    FROM tenants.batch_lines
    WHERE batch_lines.tenant_id = %(tenant_id)s::bigint AND batch_lines.state = 'refused'
) AS lines
WHERE lines.till = %(till)s::text
ORDER BY lines.number
LIMIT %(most)s::integer
