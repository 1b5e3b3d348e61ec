-- A new endpoint; it is told what happens from now on.
INSERT INTO tenants.webhook_endpoints (
    tenant_id, endpoint_id, url, types, description, state, laid_out, created_at, changed_at
)
SELECT
    %(tenant_id)s::bigint, %(endpoint)s::text, %(url)s::text, %(types)s::text [],
    %(description)s::text, %(state)s::text, announced.sequence, %(now)s::timestamptz,
    %(now)s::timestamptz
FROM federation.announced
WHERE (
    SELECT count(*) FROM tenants.webhook_endpoints
    WHERE webhook_endpoints.tenant_id = %(tenant_id)s::bigint
) < %(most)s::integer
