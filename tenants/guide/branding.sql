-- How a facility looks on a day: its latest row that began, of one day the one added last.
SELECT
    facilities.facility_id, parties.code AS facility,
    coalesce(brandings.name, parties.name) AS name,
    coalesce(brandings.name_en, parties.name_en) AS name_en,
    brandings.colour, brandings.dark_colour,
    coalesce(brandings.words, '') AS words, coalesce(brandings.words_en, '') AS words_en,
    brandings.branding_id, brandings.logo IS NOT NULL AS has_logo
FROM tenants.facilities
INNER JOIN tenants.parties ON parties.party_id = facilities.facility_id
LEFT JOIN LATERAL (
    SELECT * FROM tenants.brandings AS one
    WHERE one.facility_id = facilities.facility_id AND one.from_on <= %(today)s::date
    ORDER BY one.from_on DESC, one.branding_id DESC
    LIMIT 1
) AS brandings ON true
WHERE %(facility)s::text IS NULL OR parties.code = %(facility)s::text
ORDER BY parties.code
