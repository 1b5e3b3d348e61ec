-- No row: it was used elsewhere meanwhile.
UPDATE auth.passkeys SET counter = %(counter)s::bigint, used_at = %(now)s::timestamptz
WHERE credential_id = %(credential_id)s::bytea AND counter = %(was)s::bigint
