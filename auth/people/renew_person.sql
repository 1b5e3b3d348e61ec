-- Nothing that let them in before does so now; they are one of us again with a new second factor.
UPDATE auth.people SET state = 'invited', password = %(password)s::text, totp = NULL
WHERE person_id = %(person_id)s::text
