-- What returns left owed by these members, the oldest first.
SELECT member_id, entry_id, part, funder_id, rule, points, points_paid
FROM federation.shortages
WHERE member_id = ANY(%(members)s::bigint []) AND met = 'owed' AND points_paid < points AND NOT undone
ORDER BY member_id, entry_id, part
