-- The key that a till had, if it had one: lines it signed from now on do not count.
UPDATE tenants.till_keys
SET retired_at = greatest(enrolled_at, %(now)s::timestamptz)
WHERE tenant_id = %(tenant_id)s::bigint AND till = %(till)s::text AND retired_at IS NULL
