-- What was declared holds no more.
UPDATE tenants.declarations
SET withdrawn_at = %(now)s::timestamptz, withdrawn_by = %(who)s::text, withdrawn_for = %(reason)s::text
WHERE declaration_id = %(declaration_id)s::bigint AND withdrawn_at IS NULL
RETURNING declaration_id
