-- The picture of one look.
SELECT logo FROM tenants.brandings
WHERE branding_id = %(branding_id)s::bigint AND logo IS NOT NULL
