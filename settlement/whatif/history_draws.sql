-- The draws of some members up to an instant, in the order in which they were made.
SELECT member_id, entry_id, lot_entry_id, lot_part, kind, points, rule, for_rule
FROM federation.draws
WHERE
    member_id = ANY(%(members)s::bigint [])
    AND booked_at <= %(until)s::timestamptz
ORDER BY member_id, entry_id, n
