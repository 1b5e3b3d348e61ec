-- These notices were shown.
UPDATE tenants.member_notices
SET seen_at = %(now)s::timestamptz
WHERE notice_id = ANY(%(notices)s::bigint []) AND seen_at IS NULL
