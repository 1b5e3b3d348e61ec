-- A ping for an endpoint; its lane is its own.
INSERT INTO tenants.deliveries (
    tenant_id, endpoint_id, event, type, lane, body, laid_at, due_at
)
SELECT
    %(tenant_id)s::bigint, %(endpoint)s::text, %(event)s::text, 'ping', %(lane)s::bigint,
    %(body)s::text, %(now)s::timestamptz, %(now)s::timestamptz
WHERE (
    SELECT count(*) FROM tenants.deliveries
    WHERE
        deliveries.tenant_id = %(tenant_id)s::bigint
        AND deliveries.endpoint_id = %(endpoint)s::text
        AND deliveries.state = 'waiting'
        AND deliveries.lane < 0
) < %(most)s::integer
