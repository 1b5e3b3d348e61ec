-- 開示: a member's points that are not spent, and until when.
SELECT lots.rule, lots.points_left AS points, lots.expires_on
FROM federation.lots
WHERE lots.member_id = %(member_id)s::bigint AND lots.points_left > 0
ORDER BY lots.expires_on, lots.entry_id, lots.part
