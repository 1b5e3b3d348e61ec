-- Who has become one with whom, of these members: each as the one who was merged, or as the heir.
SELECT member_id, merged_into
FROM federation.members
WHERE member_id = ANY(%(members)s::bigint []) AND merged_into IS NOT NULL
UNION
SELECT member_id, merged_into
FROM federation.members
WHERE merged_into = ANY(%(members)s::bigint [])
