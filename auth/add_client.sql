-- One row, or none: the tenant does not exist, or a till that is not its own was named.
INSERT INTO auth.clients (
    client_id, tenant_id, name, method, secret_sha256, jwk, scopes, audience, tills, redirect_uris,
    dpop, pushed_only, certificate_sha256, created_at
)
SELECT
    %(client_id)s, tenant.tenant_id, %(name)s, %(method)s, %(secret_sha256)s, %(jwk)s,
    %(scopes)s, %(audience)s, %(tills)s, %(redirect_uris)s, %(dpop)s, %(pushed_only)s,
    %(certificate)s, %(now)s
FROM tenants.tenants AS tenant
INNER JOIN tenants.parties AS party ON party.party_id = tenant.tenant_id
WHERE party.code = %(tenant)s
AND NOT EXISTS (
    SELECT FROM unnest(%(tills)s::text[]) AS asked (till)
    WHERE NOT EXISTS (
        SELECT FROM tenants.tills AS own
        WHERE own.tenant_id = tenant.tenant_id AND own.till = asked.till
    )
)
