-- Endpoints that have taken nothing for so long are switched off.
UPDATE tenants.webhook_endpoints
SET state = 'failed', changed_at = %(now)s::timestamptz
WHERE state = 'enabled' AND failing_since < %(since)s::timestamptz
RETURNING tenant_id, endpoint_id AS endpoint, failing_since
