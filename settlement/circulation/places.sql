-- Every facility, or every tenant, by code, with its names in both languages.
SELECT code, name, name_en
FROM tenants.parties
WHERE kind = CASE WHEN %(by_tenant)s::boolean THEN 'tenant' ELSE 'facility' END
ORDER BY party_id
