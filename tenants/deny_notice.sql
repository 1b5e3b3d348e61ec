-- A member says once that it was not them.
UPDATE tenants.member_notices
SET denied_at = %(now)s::timestamptz
WHERE notice_id = %(notice_id)s::bigint AND denied_at IS NULL
