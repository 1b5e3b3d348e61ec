-- What can be sent now: of each endpoint that is on and not at rest the first of each lane, if its
-- time has come; a later one waits for it. Not what is on its way. Whether one is the first is looked
-- up for each (OFFSET 0 keeps it so): joined with all that wait, as the planner would where nobody
-- has counted the table yet, a backlog of 2,000 took twenty seconds, and only grew by that.
SELECT
    endpoints.tenant_id, endpoints.endpoint_id AS endpoint, endpoints.url, heads.delivery,
    heads.event, heads.type, heads.lane, heads.body, heads.tries, heads.laid_at
FROM tenants.webhook_endpoints AS endpoints
CROSS JOIN LATERAL (
    (
        SELECT
            ping.delivery, ping.event, ping.type, ping.lane, ping.body, ping.tries, ping.laid_at,
            ping.sequence
        FROM tenants.deliveries AS ping
        WHERE
            ping.tenant_id = endpoints.tenant_id
            AND ping.endpoint_id = endpoints.endpoint_id
            AND ping.state = 'waiting'
            AND ping.sequence IS NULL
            AND ping.due_at <= %(now)s::timestamptz
            AND NOT ping.delivery = ANY(%(away)s::bigint [])
        LIMIT %(each)s::integer
    )
    UNION ALL
    (
        SELECT
            one.delivery, one.event, one.type, one.lane, one.body, one.tries, one.laid_at,
            one.sequence
        FROM tenants.deliveries AS one
        WHERE
            one.tenant_id = endpoints.tenant_id
            AND one.endpoint_id = endpoints.endpoint_id
            AND one.state = 'waiting'
            AND one.due_at <= %(now)s::timestamptz
            AND one.sequence <= endpoints.laid_out  -- a replay comes by here
            AND NOT one.delivery = ANY(%(away)s::bigint [])
            AND NOT EXISTS (
                SELECT FROM tenants.deliveries AS before
                WHERE
                    before.tenant_id = one.tenant_id
                    AND before.endpoint_id = one.endpoint_id
                    AND before.lane = one.lane
                    AND before.state = 'waiting'
                    AND before.sequence < one.sequence
                OFFSET 0
            )
        ORDER BY one.sequence
        LIMIT %(each)s::integer
    )
    ORDER BY sequence NULLS FIRST
    LIMIT %(each)s::integer
) AS heads
WHERE
    endpoints.state = 'enabled'
    AND NOT (endpoints.tenant_id || '/' || endpoints.endpoint_id) = ANY(%(resting)s::text [])
