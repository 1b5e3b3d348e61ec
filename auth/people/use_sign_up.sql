-- A sign-up's code makes one member.
UPDATE auth.sign_ups
SET used_at = %(now)s::timestamptz
WHERE sign_up_sha256 = %(sign_up_sha256)s::bytea AND used_at IS NULL
