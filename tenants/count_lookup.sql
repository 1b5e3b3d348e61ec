-- One more look-up of a till in a minute; how many there are.
INSERT INTO tenants.lookups (tenant_id, till, minute_at, lookups)
VALUES (%(tenant_id)s::bigint, %(till)s::text, %(minute_at)s::timestamptz, 1)
ON CONFLICT (tenant_id, till, minute_at) DO UPDATE SET lookups = lookups.lookups + 1
RETURNING lookups
