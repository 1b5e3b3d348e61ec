-- The next members, by number.
SELECT member_id FROM federation.members
WHERE member_id > %(after)s::bigint
ORDER BY member_id
LIMIT %(most)s::integer
