-- A destination of a demo or test is allowed no more; that it was stays written.
UPDATE tenants.webhook_allowances
SET withdrawn_at = %(now)s::timestamptz
WHERE host = %(host)s::text AND port = %(port)s::integer AND withdrawn_at IS NULL
