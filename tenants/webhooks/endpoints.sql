-- A tenant's endpoints, or one of them, with how many deliveries wait and how many were given up.
SELECT
    endpoints.endpoint_id AS endpoint, endpoints.url, endpoints.types, endpoints.description,
    endpoints.state, endpoints.laid_out AS sequence, endpoints.created_at, endpoints.failing_since,
    (
        SELECT count(*) FROM tenants.deliveries
        WHERE
            deliveries.tenant_id = endpoints.tenant_id
            AND deliveries.endpoint_id = endpoints.endpoint_id
            AND deliveries.state = 'waiting'
    ) AS waiting,
    (
        SELECT count(*) FROM tenants.deliveries
        WHERE
            deliveries.tenant_id = endpoints.tenant_id
            AND deliveries.endpoint_id = endpoints.endpoint_id
            AND deliveries.state = 'dead'
    ) AS dead
FROM tenants.webhook_endpoints AS endpoints
WHERE
    endpoints.tenant_id = %(tenant_id)s::bigint
    AND (%(endpoint)s::text IS NULL OR endpoints.endpoint_id = %(endpoint)s)
ORDER BY endpoints.endpoint_id
