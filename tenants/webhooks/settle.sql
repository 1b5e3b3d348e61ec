-- What became of tries: each is written down; a delivery is taken, given up, or due again; an endpoint
-- is failing from its first failure until it takes something.
WITH tried AS (
    SELECT *
    FROM json_to_recordset(%(tried)s::json) AS one (
        delivery bigint, at timestamptz, status smallint, failure text, duration_ms integer,
        state text, due_at timestamptz
    )
),

settled AS (
    UPDATE tenants.deliveries AS delivery
    SET
        tries = delivery.tries + 1, state = tried.state, due_at = tried.due_at,
        ended_at = CASE WHEN tried.state <> 'waiting' THEN tried.at END,
        body = CASE WHEN tried.state <> 'delivered' THEN delivery.body END
    FROM tried
    WHERE delivery.delivery = tried.delivery AND delivery.state = 'waiting'
    RETURNING
        delivery.tenant_id, delivery.endpoint_id, delivery.delivery, delivery.tries, tried.at,
        tried.status, tried.failure, tried.duration_ms, tried.state
),

noted AS (
    INSERT INTO tenants.attempts (
        tenant_id, endpoint_id, delivery, try, at, status, failure, duration_ms
    )
    SELECT tenant_id, endpoint_id, delivery, tries, at, status, failure, duration_ms
    FROM settled
    ORDER BY at
),

stands AS (
    SELECT
        tenant_id, endpoint_id, bool_or(state = 'delivered') AS took,
        min(at) FILTER (WHERE state <> 'delivered') AS failed_at
    FROM settled
    GROUP BY tenant_id, endpoint_id
)

UPDATE tenants.webhook_endpoints AS endpoint
SET failing_since = CASE WHEN NOT stands.took THEN stands.failed_at END
FROM stands
WHERE
    endpoint.tenant_id = stands.tenant_id
    AND endpoint.endpoint_id = stands.endpoint_id
    AND (endpoint.failing_since IS NULL) <> stands.took
