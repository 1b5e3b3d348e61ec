UPDATE auth.people SET state = %(state)s::text WHERE person_id = %(person_id)s::text
