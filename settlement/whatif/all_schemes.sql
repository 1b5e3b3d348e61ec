-- Every scheme that points were ever granted under.
SELECT scheme_id::text AS scheme, funding, from_on, breakage, attribution
FROM tenants.schemes
ORDER BY from_on
