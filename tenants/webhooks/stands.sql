-- How many deliveries wait, how many were given up, since when the oldest waits for its first try, and
-- how many endpoints were switched off.
SELECT
    waiting.waiting, waiting.untried_since,
    (SELECT count(*) FROM tenants.deliveries WHERE state = 'dead') AS dead,
    (SELECT count(*) FROM tenants.webhook_endpoints WHERE state = 'failed') AS failed_endpoints
FROM (
    SELECT
        count(*) AS waiting,
        min(deliveries.laid_at) FILTER (
            WHERE deliveries.tries = 0 AND endpoints.state = 'enabled'
        ) AS untried_since
    FROM tenants.deliveries
    INNER JOIN tenants.webhook_endpoints AS endpoints USING (tenant_id, endpoint_id)
    WHERE deliveries.state = 'waiting'
) AS waiting
