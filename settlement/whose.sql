-- The party of this code, or of this number.
SELECT party_id, code
FROM tenants.parties
WHERE code = %(code)s::text OR (%(code)s::text IS NULL AND party_id = %(party_id)s::bigint)
