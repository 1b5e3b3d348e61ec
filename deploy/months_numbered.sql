-- The journal's rows of a month, in order of their numbers, from after a number on.
SELECT number, member_id, entry_id, booked_at, hash
FROM federation.journal
WHERE
    number > %(after)s::bigint
    AND booked_at >= %(from_at)s::timestamptz
    AND booked_at < %(until_at)s::timestamptz
ORDER BY number
LIMIT %(most)s::bigint
