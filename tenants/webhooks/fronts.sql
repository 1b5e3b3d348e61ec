-- How far deliveries are laid out for each endpoint that is on and has room for more; those that stand
-- at one place are walked on together.
SELECT
    endpoints.laid_out AS after,
    json_agg(
        json_build_object(
            'tenant_id', endpoints.tenant_id, 'endpoint', endpoints.endpoint_id,
            'types', endpoints.types
        )
    )::text AS endpoints
FROM tenants.webhook_endpoints AS endpoints
WHERE
    endpoints.state = 'enabled'
    AND endpoints.laid_out < %(told)s::bigint
    AND (
        SELECT count(*) FROM (
            SELECT FROM tenants.deliveries
            WHERE
                deliveries.tenant_id = endpoints.tenant_id
                AND deliveries.endpoint_id = endpoints.endpoint_id
                AND deliveries.state = 'waiting'
                AND deliveries.sequence <= endpoints.laid_out
            LIMIT %(room)s::bigint
        ) AS waiting
    ) < %(room)s::bigint
GROUP BY endpoints.laid_out
