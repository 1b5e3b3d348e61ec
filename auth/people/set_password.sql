UPDATE auth.people SET password = %(password)s::text
WHERE person_id = %(person_id)s::text AND state = 'active'
