-- The first who comes uses it; no row: it was used before.
UPDATE auth.refresh_tokens SET used_at = %(now)s
WHERE token_sha256 = %(token_sha256)s AND used_at IS NULL
