-- A facility or a tenant by its code.
SELECT party_id FROM tenants.parties WHERE code = %(code)s::text AND kind = %(kind)s::text
