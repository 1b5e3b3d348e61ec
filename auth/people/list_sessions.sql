SELECT
    left(encode(session_sha256, 'hex'), 16) AS key, factor, agent, address, began_at, seen_at
FROM auth.sessions
WHERE (person_id = %(person_id)s::text OR member_id = %(member_id)s::bigint)
AND factor IS NOT NULL
AND began_at > %(longest)s::timestamptz
AND seen_at > %(idle)s::timestamptz
ORDER BY seen_at DESC, key
