-- Every coupon that was published, with who pays for it, as the tills know it.
SELECT
    coupons.coupon_id, coupons.code, coupons.name, coupons.name_en, coupons.kind, coupons.benefit,
    coupons.state, coupons.from_on, coupons.to_on, coupons.off_yen, coupons.percent, coupons.rounding,
    coupons.cap_yen, coupons.gift, coupons.gift_en, coupons.gift_worth_yen, coupons.least_yen,
    coupons.weekdays, coupons.from_time, coupons.to_time, coupons.shops, coupons.facilities,
    coupons.excluded_categories, coupons.alone, coupons.first_visit, coupons.segment, coupons.stock,
    coupons.per_member, coupons.minutes,
    ARRAY(
        SELECT jsonb_build_array(shares.funder, shares.weight)
        FROM tenants.coupon_shares AS shares
        WHERE shares.coupon_id = coupons.coupon_id
        ORDER BY shares.funder
    ) AS shares
FROM tenants.coupons
WHERE coupons.state <> 'draft' OR %(drafts)s::boolean
ORDER BY coupons.coupon_id
