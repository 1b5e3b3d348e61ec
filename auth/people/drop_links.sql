DELETE FROM auth.links WHERE person_id = %(person_id)s::text AND used_at IS NULL
