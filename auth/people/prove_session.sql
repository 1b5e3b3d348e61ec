UPDATE auth.sessions
SET
    proved_for = %(action)s::text, proved_with = %(factor)s::text,
    proved_at = %(now)s::timestamptz
WHERE session_sha256 = %(session_sha256)s::bytea
