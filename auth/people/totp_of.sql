SELECT totp, totp_step FROM auth.people WHERE person_id = %(person_id)s::text
