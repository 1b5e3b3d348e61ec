SELECT credential_id, public_key, counter, name, made_at, used_at FROM auth.passkeys
WHERE person_id = %(person_id)s::text
ORDER BY made_at, credential_id
