UPDATE auth.people SET totp = %(totp)s::bytea, totp_step = %(step)s::bigint
WHERE person_id = %(person_id)s::text
