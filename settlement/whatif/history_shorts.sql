-- What returns of some members could not take back.
SELECT member_id, entry_id, rule, met, points
FROM federation.shortages
WHERE member_id = ANY(%(members)s::bigint [])
ORDER BY member_id, entry_id, part
