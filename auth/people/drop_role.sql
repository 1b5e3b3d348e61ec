DELETE FROM auth.person_roles
WHERE person_id = %(person_id)s::text AND role = %(role)s::text AND place_id = %(place_id)s::bigint
