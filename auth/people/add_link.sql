INSERT INTO auth.links (link_sha256, kind, person_id, member_id, made_by, made_at, expires_at)
VALUES (
    %(link_sha256)s::bytea, %(kind)s::text, %(person_id)s::text, %(member_id)s::bigint,
    %(by)s::text, %(now)s::timestamptz, %(expires_at)s::timestamptz
)
