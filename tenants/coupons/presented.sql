-- A coupon by its code or its number, and until when it lives for the member: by what a scanner read,
-- or by number.
WITH member AS (
    SELECT carriers.member_id FROM federation.carriers WHERE carriers.carrier = %(card)s::text
    UNION
    SELECT codes.member_id FROM federation.codes WHERE codes.code = %(card)s::text
    UNION
    SELECT %(member_id)s::bigint
)

SELECT coupons.code, holders.member_id, holders.ends_at
FROM tenants.coupons
LEFT JOIN tenants.coupon_holders AS holders
    ON
        holders.coupon_id = coupons.coupon_id
        AND holders.member_id IN (SELECT member.member_id FROM member)
WHERE coupons.code = %(code)s::text OR coupons.coupon_id = %(coupon_id)s::bigint
