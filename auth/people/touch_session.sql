UPDATE auth.sessions SET seen_at = %(now)s::timestamptz
WHERE session_sha256 = %(session_sha256)s::bytea AND seen_at < %(now)s::timestamptz
