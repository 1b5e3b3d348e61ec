-- The key that a till signs with from now on.
INSERT INTO tenants.till_keys (kid, tenant_id, till, jwk, enrolled_at)
VALUES (
    %(kid)s::text, %(tenant_id)s::bigint, %(till)s::text, %(jwk)s::jsonb, %(now)s::timestamptz
)
