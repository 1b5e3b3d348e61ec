-- The first who comes uses it; no row: it was used before.
UPDATE auth.codes SET used_at = %(now)s WHERE code_sha256 = %(code_sha256)s AND used_at IS NULL
