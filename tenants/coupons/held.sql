-- What a member has of every coupon that is live: its uses, its countdown, what is left for all.
SELECT
    coupons.coupon_id,
    coalesce((
        SELECT sum(used.points)
        FROM federation.used
        WHERE used.member_id = %(member_id)s::bigint AND used.rule = 'coupon:' || coupons.code
    ), 0)::bigint AS uses,
    holders.started_at, holders.ends_at,
    (
        SELECT stocks.total - stocks.used
        FROM federation.stocks
        WHERE stocks.stock = 'coupon:' || coupons.code
    ) AS left
FROM tenants.coupons
LEFT JOIN tenants.coupon_holders AS holders
    ON holders.coupon_id = coupons.coupon_id AND holders.member_id = %(member_id)s::bigint
WHERE coupons.state = 'live'
ORDER BY coupons.coupon_id
