-- Which of these sessions are not over, seen from outside: looking keeps none of them awake.
SELECT sessions.session_sha256
FROM auth.sessions
INNER JOIN auth.people USING (person_id)
WHERE
    sessions.session_sha256 = ANY(%(asked)s::bytea[])
    AND sessions.began_at > %(longest)s::timestamptz
    AND sessions.seen_at > %(idle)s::timestamptz
    AND people.state = 'active'
