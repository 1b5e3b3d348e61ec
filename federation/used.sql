-- What these members have used of limited rules.
SELECT member_id, rule, used_on, points
FROM federation.used
WHERE
    member_id = ANY(%(members)s::bigint [])
    AND (%(rules)s::text [] IS NULL OR rule = ANY(%(rules)s))
