-- An endpoint is told again what comes behind this sequence; never more than was told.
UPDATE tenants.webhook_endpoints AS endpoint
SET laid_out = least(endpoint.laid_out, %(after)s::bigint)
WHERE endpoint.tenant_id = %(tenant_id)s::bigint AND endpoint.endpoint_id = %(endpoint)s::text
RETURNING endpoint.laid_out
