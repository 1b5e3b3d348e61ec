-- No row: that half minute's code was used, here or in another process.
UPDATE auth.people SET totp_step = %(step)s::bigint
WHERE person_id = %(person_id)s::text AND totp_step < %(step)s::bigint
