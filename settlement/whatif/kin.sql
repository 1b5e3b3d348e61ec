-- Members that were one with another at some time, both ends of each merge.
SELECT DISTINCT source.member_id, target.member_id AS other_id
FROM federation.entries AS target
INNER JOIN federation.entries AS source ON source.entry_id = target.of_entry_id
WHERE target.kind = 'merge' AND source.kind = 'merge' AND target.booked_at <= %(until)s::timestamptz
