-- As the members said.
SELECT member_id
FROM federation.profiles
WHERE member_id = ANY(%(members)s::bigint []) AND sex = ANY(%(any_of)s::text [])
