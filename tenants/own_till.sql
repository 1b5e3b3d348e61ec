SELECT 1 FROM tenants.tills WHERE tenant_id = %(tenant_id)s::bigint AND till = %(till)s::text
