INSERT INTO auth.passkeys (credential_id, person_id, public_key, counter, name, made_at)
VALUES (
    %(credential_id)s::bytea, %(person_id)s::text, %(public_key)s::bytea, %(counter)s::bigint,
    left(%(name)s::text, 60), %(now)s::timestamptz
)
ON CONFLICT DO NOTHING
