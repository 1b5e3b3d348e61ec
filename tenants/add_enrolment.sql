-- A code for a till that stands open; no row where there is no such till.
INSERT INTO tenants.till_enrolments (code_sha256, tenant_id, till, expires_at)
SELECT decode(%(code)s::text, 'hex'), tills.tenant_id, tills.till, %(expires_at)s::timestamptz
FROM tenants.tills
INNER JOIN tenants.parties ON parties.party_id = tills.tenant_id
WHERE parties.code = %(tenant)s::text AND tills.till = %(till)s::text AND tills.state = 'active'
