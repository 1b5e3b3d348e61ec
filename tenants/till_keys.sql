-- The keys of a tenant's tills by their names, those in use and those of before.
SELECT kid, till, jwk, retired_at
FROM tenants.till_keys
WHERE tenant_id = %(tenant_id)s::bigint AND kid = ANY(%(kids)s::text [])
