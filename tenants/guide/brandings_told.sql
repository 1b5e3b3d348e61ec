-- Every look that a facility had or will have, the newest first.
SELECT from_on, name, name_en, colour, dark_colour, logo IS NOT NULL AS has_logo, author, reason, at
FROM tenants.brandings
WHERE facility_id = %(facility_id)s::bigint
ORDER BY from_on DESC, branding_id DESC
LIMIT 50
