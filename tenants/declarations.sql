-- Declarations, the newest first.
SELECT
    declarations.declaration_id, facility.code AS facility, declarations.code,
    declarations.from_at, declarations.to_at, declarations.tenths, declarations.funders,
    declarations.author, declarations.reason, declarations.declared_at,
    declarations.withdrawn_at, declarations.withdrawn_by, declarations.withdrawn_for
FROM tenants.declarations
LEFT JOIN tenants.parties AS facility ON facility.party_id = declarations.facility_id
WHERE
    (%(only)s::bigint IS NULL OR declarations.declaration_id = %(only)s::bigint)
    AND (%(before)s::bigint IS NULL OR declarations.declaration_id < %(before)s::bigint)
ORDER BY declarations.declaration_id DESC
LIMIT %(most)s::integer
