-- How many deliveries wait, how many were given up, and since when the oldest waits for its first try.
SELECT
    count(*) FILTER (WHERE deliveries.state = 'waiting') AS waiting,
    count(*) FILTER (WHERE deliveries.state = 'dead') AS dead,
    min(deliveries.laid_at) FILTER (WHERE deliveries.state = 'waiting' AND deliveries.tries = 0)
        AS untried_since,
    (SELECT count(*) FROM tenants.webhook_endpoints WHERE state = 'failed') AS failed_endpoints
FROM tenants.deliveries
WHERE deliveries.state <> 'delivered'
