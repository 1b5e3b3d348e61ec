INSERT INTO auth.person_roles (person_id, placed, role, place_id, granted_by, granted_at)
VALUES (
    %(person_id)s::text, %(placed)s::boolean, %(role)s::text, %(place_id)s::bigint,
    %(by)s::text, %(now)s::timestamptz
)
ON CONFLICT DO NOTHING
