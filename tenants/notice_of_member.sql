-- One notice of a member's.
SELECT notice_id, kind, facts, due_at, seen_at, denied_at
FROM tenants.member_notices
WHERE member_id = %(member_id)s::bigint AND notice_id = %(notice_id)s::bigint
