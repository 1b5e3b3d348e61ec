-- Both ends of every merge up to an instant; the end that points went to names the other's entry.
SELECT member_id, entry_id, of_entry_id
FROM federation.entries
WHERE kind = 'merge' AND booked_at <= %(until)s::timestamptz
