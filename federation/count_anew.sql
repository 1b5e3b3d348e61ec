-- How often a member's points were spent is counted from nothing again.
UPDATE federation.used
SET points = 0
WHERE member_id = %(member_id)s::bigint AND rule = %(rule)s::text AND points > 0
