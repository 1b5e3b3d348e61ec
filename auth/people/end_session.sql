DELETE FROM auth.sessions WHERE session_sha256 = %(session_sha256)s::bytea
