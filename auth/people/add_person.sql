INSERT INTO auth.people (person_id, login, name, placed, created_by, created_at)
VALUES (
    %(person_id)s::text, %(login)s::text, %(name)s::text, %(placed)s::boolean, %(by)s::text,
    %(now)s::timestamptz
)
ON CONFLICT (login) DO NOTHING
