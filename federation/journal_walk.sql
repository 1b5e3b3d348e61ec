-- The journal in order of its numbers, from after a number on.
SELECT number, member_id, entry_id, booked_at, format, hash, chain
FROM federation.journal
WHERE number > %(after)s::bigint
ORDER BY number
LIMIT %(most)s::bigint
