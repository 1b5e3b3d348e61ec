SELECT
    client.client_id, party.code AS tenant, client.name, client.method, client.audience,
    client.scopes, client.tills, client.redirect_uris, client.dpop, client.pushed_only,
    client.certificate_sha256 IS NOT NULL AS certified, client.state, client.created_at, client.revoked_at
FROM auth.clients AS client
INNER JOIN tenants.parties AS party ON party.party_id = client.tenant_id
WHERE %(tenant)s::text IS NULL OR party.code = %(tenant)s
ORDER BY client.created_at, client.client_id
