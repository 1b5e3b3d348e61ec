-- The challenge that was set for this purpose, taken away: whoever comes second finds none.
WITH stood AS (
    SELECT session_sha256, challenge FROM auth.sessions
    WHERE
        session_sha256 = %(session_sha256)s::bytea
        AND challenge_for = %(purpose)s::text
        AND challenge_at > %(since)s::timestamptz
    FOR UPDATE
)

UPDATE auth.sessions AS sessions
SET challenge = NULL, challenge_for = NULL, challenge_at = NULL
FROM stood
WHERE sessions.session_sha256 = stood.session_sha256
RETURNING stood.challenge
