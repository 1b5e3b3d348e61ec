-- One change of an endpoint at a time.
SELECT endpoint_id FROM tenants.webhook_endpoints
WHERE tenant_id = %(tenant_id)s::bigint AND endpoint_id = %(endpoint)s::text
FOR UPDATE
