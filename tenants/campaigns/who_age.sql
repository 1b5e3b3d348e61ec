-- Born after one day, and up to another.
SELECT member_id
FROM federation.profiles
WHERE
    member_id = ANY(%(members)s::bigint [])
    AND birth_on > %(after)s::date
    AND birth_on <= %(up_to)s::date
