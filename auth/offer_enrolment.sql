-- A code for a till that stands open; no row where there is no such till.
INSERT INTO auth.client_enrolments (
    code_sha256, client_id, tenant_id, till, name, scopes, dpop, expires_at
)
SELECT
    decode(%(code)s::text, 'hex'), %(client_id)s, tills.tenant_id, tills.till, %(name)s,
    %(scopes)s, %(dpop)s, %(expires_at)s::timestamptz
FROM tenants.tills
INNER JOIN tenants.parties ON parties.party_id = tills.tenant_id
WHERE parties.code = %(tenant)s::text AND tills.till = %(till)s::text AND tills.state = 'active'
