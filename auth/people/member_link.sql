SELECT member_id FROM auth.links
WHERE link_sha256 = %(link_sha256)s::bytea AND kind = 'member' AND used_at IS NULL
AND expires_at > %(now)s::timestamptz
