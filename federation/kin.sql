-- Who has become one with whom: of each of these members, or of their heirs, all who were merged.
WITH heir AS (
    SELECT coalesce(merged_into, member_id) AS member_id
    FROM federation.members
    WHERE member_id = ANY(%(members)s::bigint [])
)

SELECT member_id, merged_into
FROM federation.members
WHERE merged_into IN (SELECT heir.member_id FROM heir)
