SELECT person_id, password FROM auth.people
WHERE login = %(login)s::text AND state = 'active'
