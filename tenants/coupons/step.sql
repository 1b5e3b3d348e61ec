-- A coupon steps into another state, from where it may; no row where it stands elsewhere.
WITH stepped AS (
    UPDATE tenants.coupons
    SET state = %(state)s::text
    WHERE coupons.code = %(code)s::text AND coupons.state = ANY(%(from_states)s::text [])
    RETURNING coupon_id, code, stock
),

noted AS (
    INSERT INTO tenants.coupon_steps (coupon_id, state, author, reason, at)
    SELECT coupon_id, %(state)s::text, %(author)s::text, %(reason)s::text, %(now)s::timestamptz
    FROM stepped
)

SELECT code, stock FROM stepped
