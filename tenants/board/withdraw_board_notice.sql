-- A notice is taken down, once.
UPDATE tenants.board_notices
SET withdrawn_at = %(now)s::timestamptz, withdrawn_by = %(who)s::text
WHERE notice_id = %(notice_id)s::bigint AND withdrawn_at IS NULL
RETURNING notice_id
