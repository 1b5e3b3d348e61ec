UPDATE auth.sessions
SET
    challenge = %(challenge)s::bytea, challenge_for = %(purpose)s::text,
    challenge_at = %(now)s::timestamptz, totp = coalesce(%(totp)s::bytea, totp)
WHERE session_sha256 = %(session_sha256)s::bytea
