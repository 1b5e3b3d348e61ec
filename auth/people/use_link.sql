UPDATE auth.links SET used_at = %(now)s::timestamptz
WHERE link_sha256 = %(link_sha256)s::bytea AND used_at IS NULL
AND expires_at > %(now)s::timestamptz
