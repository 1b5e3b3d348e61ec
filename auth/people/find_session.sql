-- A session that is not over, with its person as they stand now: a role that was taken away is gone.
-- Who was invited has half a session, to make a second factor with; who is disabled has none.
SELECT
    sessions.session_sha256, sessions.person_id, sessions.member_id, sessions.factor,
    sessions.totp, sessions.proved_for, sessions.proved_with, sessions.proved_at,
    sessions.began_at, sessions.seen_at,
    coalesce(people.login, '') AS login, coalesce(people.name, '') AS name,
    coalesce(people.state, 'active') AS state, coalesce(people.placed, false) AS placed,
    coalesce(people.seen_log, 0) AS seen_log,
    ARRAY(
        SELECT roles.role FROM auth.person_roles AS roles
        WHERE roles.person_id = sessions.person_id ORDER BY roles.role, roles.place_id
    ) AS roles,
    ARRAY(
        SELECT roles.place_id FROM auth.person_roles AS roles
        WHERE roles.person_id = sessions.person_id ORDER BY roles.role, roles.place_id
    ) AS places
FROM auth.sessions
LEFT JOIN auth.people USING (person_id)
WHERE
    sessions.session_sha256 = %(session_sha256)s::bytea
    AND sessions.began_at > %(longest)s::timestamptz
    AND sessions.seen_at > %(idle)s::timestamptz
    AND (sessions.factor IS NOT NULL OR sessions.began_at > %(half)s::timestamptz)
    AND (
        sessions.person_id IS NULL
        OR people.state = 'active'
        OR (people.state = 'invited' AND sessions.factor IS NULL)
    )
