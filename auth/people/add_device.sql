INSERT INTO auth.devices (device_sha256, member_id, agent, made_at, seen_at)
VALUES (
    %(device_sha256)s::bytea, %(member_id)s::bigint, %(agent)s::text, %(now)s::timestamptz,
    %(now)s::timestamptz
)
