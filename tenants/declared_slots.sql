-- Every declaration with its slot; a withdrawn one is still what earlier sales were given by.
SELECT
    declaration_id, facility_id, code, from_at, to_at, tenths, funders,
    withdrawn_at IS NOT NULL AS withdrawn
FROM tenants.declarations
ORDER BY declaration_id
