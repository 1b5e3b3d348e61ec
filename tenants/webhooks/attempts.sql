-- The tries of an endpoint, the newest first.
SELECT
    attempts.attempt, deliveries.event, deliveries.type, deliveries.sequence, attempts.try,
    attempts.at, attempts.status, attempts.failure, attempts.duration_ms, deliveries.state,
    CASE WHEN deliveries.state = 'waiting' THEN deliveries.due_at END AS next_try_at
FROM tenants.attempts
INNER JOIN tenants.deliveries USING (delivery)
WHERE
    attempts.tenant_id = %(tenant_id)s::bigint
    AND attempts.endpoint_id = %(endpoint)s::text
    AND (%(before)s::bigint IS NULL OR attempts.attempt < %(before)s)
ORDER BY attempts.attempt DESC
LIMIT %(most)s::integer
