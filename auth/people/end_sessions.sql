DELETE FROM auth.sessions
WHERE (person_id = %(person_id)s::text OR member_id = %(member_id)s::bigint)
AND session_sha256 IS DISTINCT FROM %(but)s::bytea
