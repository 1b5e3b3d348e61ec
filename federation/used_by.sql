-- What a member has used of some counted rules, by business date.
SELECT rule, used_on, points
FROM federation.used
WHERE member_id = %(member_id)s::bigint AND rule = ANY(%(rules)s::text [])
