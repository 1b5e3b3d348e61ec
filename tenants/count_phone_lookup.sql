-- One more look-up by phone: of the till in its hour, of its tenant in its day, in this order.
INSERT INTO tenants.phone_lookups (tenant_id, till, since_at, lookups)
VALUES
(%(tenant_id)s::bigint, '', %(day_at)s::timestamptz, 1),
(%(tenant_id)s::bigint, %(till)s::text, %(hour_at)s::timestamptz, 1)
ON CONFLICT (tenant_id, till, since_at) DO UPDATE SET lookups = phone_lookups.lookups + 1
RETURNING till, lookups
