-- A member sees a coupon, and starts its countdown where an end is named; what was started before
-- stays as it was.
INSERT INTO tenants.coupon_holders AS holders (member_id, coupon_id, shown_at, started_at, ends_at)
VALUES (
    %(member_id)s::bigint, %(coupon_id)s::bigint, %(now)s::timestamptz,
    CASE WHEN %(ends_at)s::timestamptz IS NOT NULL THEN %(now)s::timestamptz END,
    %(ends_at)s::timestamptz
)
ON CONFLICT (member_id, coupon_id) DO UPDATE SET
    started_at = coalesce(holders.started_at, excluded.started_at),
    ends_at = coalesce(holders.ends_at, excluded.ends_at)
RETURNING started_at, ends_at
