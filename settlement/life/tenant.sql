-- A tenant by its code.
SELECT parties.party_id FROM tenants.parties
WHERE parties.code = %(tenant)s::text AND parties.kind = 'tenant'
