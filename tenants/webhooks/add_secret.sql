-- The next secret of an endpoint.
INSERT INTO tenants.webhook_secrets (tenant_id, endpoint_id, number, sealed, made_at)
SELECT
    %(tenant_id)s::bigint, %(endpoint)s::text, coalesce(max(secrets.number), 0) + 1,
    %(sealed)s::bytea, %(now)s::timestamptz
FROM tenants.webhook_secrets AS secrets
WHERE secrets.tenant_id = %(tenant_id)s::bigint AND secrets.endpoint_id = %(endpoint)s::text
