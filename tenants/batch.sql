-- A batch with how many of its lines stand where, and what its tenant bears.
SELECT
    batches.lines, batches.received_at, batches.state,
    coalesce(sum(by_state.borne_points), 0)::bigint AS borne_points,
    coalesce(
        json_object_agg(by_state.state, by_state.lines ORDER BY by_state.state), '{}'
    ) AS counts
FROM tenants.batches
LEFT JOIN LATERAL (
    SELECT
        CASE batch_lines.state WHEN 'judged' THEN 'received' ELSE batch_lines.state END AS state,
        count(*) AS lines, sum(batch_lines.borne_points) AS borne_points
    FROM tenants.batch_lines
    WHERE
        batch_lines.tenant_id = batches.tenant_id AND batch_lines.batch_id = batches.batch_id
    GROUP BY 1
) AS by_state ON true
WHERE batches.tenant_id = %(tenant_id)s::bigint AND batches.batch_id = %(batch)s::text
GROUP BY batches.tenant_id, batches.batch_id
