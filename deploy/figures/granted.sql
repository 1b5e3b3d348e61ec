-- The lots that an entry granted: of which rule, paid by whom, and until when.
SELECT
    lots.part, lots.points, lots.points_left, lots.rule, lots.usable_from, lots.expires_on,
    funder.code AS funder, funder.name AS funder_name, funder.name_en AS funder_name_en
FROM federation.lots
INNER JOIN tenants.parties AS funder ON funder.party_id = lots.funder_id
WHERE lots.member_id = %(member_id)s::bigint AND lots.entry_id = %(entry_id)s::bigint
ORDER BY lots.part
