-- The cards of a member that are not stopped.
SELECT carrier
FROM federation.carriers
WHERE member_id = %(member_id)s::bigint AND kind = 'card' AND state = 'active'
ORDER BY carrier
