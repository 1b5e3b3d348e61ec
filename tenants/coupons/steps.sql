-- The life of a coupon, step by step.
SELECT steps.state, steps.author, steps.reason, steps.at
FROM tenants.coupon_steps AS steps
INNER JOIN tenants.coupons USING (coupon_id)
WHERE coupons.code = %(code)s::text
ORDER BY steps.number
