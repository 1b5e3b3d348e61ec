SELECT FROM tenants.tenants AS tenant
INNER JOIN tenants.parties AS party ON party.party_id = tenant.tenant_id
WHERE party.code = %(tenant)s
