INSERT INTO auth.people_log (at, what, who, person_id, member_id, told, address)
VALUES (
    %(now)s::timestamptz, %(what)s::text, %(who)s::text, %(person_id)s::text,
    %(member_id)s::bigint, %(told)s::text, %(address)s::text
)
