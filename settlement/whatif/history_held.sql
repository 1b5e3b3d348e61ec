-- Which points the holds of some members set aside.
SELECT member_id, entry_id, lot_entry_id, lot_part
FROM federation.hold_parts
WHERE member_id = ANY(%(members)s::bigint [])
