INSERT INTO auth.sessions (
    session_sha256, person_id, member_id, factor, agent, address, began_at, seen_at
)
VALUES (
    %(session_sha256)s::bytea, %(person_id)s::text, %(member_id)s::bigint, %(factor)s::text,
    %(agent)s::text, %(address)s::text, %(now)s::timestamptz, %(now)s::timestamptz
)
