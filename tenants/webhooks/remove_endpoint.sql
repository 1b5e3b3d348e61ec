-- An endpoint goes with its secrets, its deliveries and their log.
DELETE FROM tenants.webhook_endpoints
WHERE tenant_id = %(tenant_id)s::bigint AND endpoint_id = %(endpoint)s::text
