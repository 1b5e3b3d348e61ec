-- The coupons that a member, or who has become one with it, was shown.
SELECT coupons.code AS coupon, holders.shown_at, holders.started_at, holders.ends_at
FROM tenants.coupon_holders AS holders
INNER JOIN tenants.coupons USING (coupon_id)
WHERE holders.member_id IN (
    SELECT kin.member_id FROM federation.members AS kin
    WHERE kin.member_id = %(member_id)s::bigint OR kin.merged_into = %(member_id)s::bigint
)
ORDER BY holders.shown_at, coupons.code
