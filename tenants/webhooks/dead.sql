-- Deliveries of an endpoint that were given up, the newest first.
SELECT
    deliveries.event, deliveries.type, deliveries.sequence, attempts.at, attempts.status,
    attempts.failure, attempts.try AS tries
FROM tenants.deliveries
LEFT JOIN LATERAL (
    SELECT * FROM tenants.attempts AS one
    WHERE one.delivery = deliveries.delivery AND one.tenant_id = deliveries.tenant_id
    ORDER BY one.attempt DESC
    LIMIT 1
) AS attempts ON true
WHERE
    deliveries.tenant_id = %(tenant_id)s::bigint
    AND deliveries.endpoint_id = %(endpoint)s::text
    AND deliveries.state = 'dead'
ORDER BY deliveries.delivery DESC
LIMIT 100
