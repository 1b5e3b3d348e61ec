-- How often a member spent and earned is counted from nothing again.
UPDATE federation.used
SET points = 0
WHERE member_id = %(member_id)s::bigint AND rule = ANY(%(rules)s::text []) AND points > 0
