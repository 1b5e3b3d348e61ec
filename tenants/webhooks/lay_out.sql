-- Deliveries for endpoints that still stand where the walk began; what was laid out before, and has
-- ended, is sent again. A row without an event only brings its endpoint to where the walk led.
WITH walked AS (
    UPDATE tenants.webhook_endpoints AS endpoint
    SET laid_out = %(here)s::bigint
    FROM json_to_recordset(%(endpoints)s::json) AS one (tenant_id bigint, endpoint text)
    WHERE
        endpoint.tenant_id = one.tenant_id
        AND endpoint.endpoint_id = one.endpoint
        AND endpoint.laid_out = %(after)s::bigint
        AND endpoint.state = 'enabled'
    RETURNING endpoint.tenant_id, endpoint.endpoint_id
)

INSERT INTO tenants.deliveries (
    tenant_id, endpoint_id, sequence, event, type, lane, body, laid_at, due_at
)
SELECT
    told.tenant_id, told.endpoint, told.sequence, told.event, told.type, told.lane, told.body,
    %(now)s::timestamptz, %(now)s::timestamptz
FROM json_to_recordset(%(told)s::json) AS told (
    tenant_id bigint, endpoint text, sequence bigint, event text, type text, lane bigint, body text
)
INNER JOIN walked ON walked.tenant_id = told.tenant_id AND walked.endpoint_id = told.endpoint
ORDER BY told.sequence
ON CONFLICT (tenant_id, endpoint_id, sequence) DO UPDATE
SET
    state = 'waiting', body = excluded.body, laid_at = excluded.laid_at, due_at = excluded.due_at,
    tries = 0, ended_at = NULL
WHERE deliveries.state <> 'waiting'
