-- What it was before; no row for a till that never was.
WITH stood AS (
    SELECT till.tenant_id, till.till, till.state
    FROM tenants.tills AS till
    INNER JOIN tenants.parties AS party ON party.party_id = till.tenant_id
    WHERE party.code = %(tenant)s AND till.till = %(till)s
    FOR UPDATE OF till
),
shut AS (
    UPDATE tenants.tills AS till SET state = 'revoked'
    FROM stood
    WHERE till.tenant_id = stood.tenant_id AND till.till = stood.till AND stood.state = 'active'
)
SELECT state, tenant_id FROM stood
