-- How many members were told of a coupon, opened it, started it; how often it was used in all.
SELECT
    (
        SELECT count(*) FROM tenants.member_notices AS notices
        WHERE notices.occasion = 'coupon/' || coupons.code
    ) AS told,
    (
        SELECT count(*) FROM tenants.coupon_holders AS holders
        WHERE holders.coupon_id = coupons.coupon_id
    ) AS shown,
    (
        SELECT count(*) FROM tenants.coupon_holders AS holders
        WHERE holders.coupon_id = coupons.coupon_id AND holders.started_at IS NOT NULL
    ) AS started,
    (
        SELECT count(*)
        FROM federation.entries
        WHERE
            entries.kind = 'coupon'
            AND entries.reason = 'coupon:' || coupons.code
            AND entries.business_date >= coupons.from_on
            AND entries.booked_at >= coupons.from_on::timestamp AT TIME ZONE 'Asia/Tokyo'
            AND NOT EXISTS (
                SELECT FROM federation.entries AS undone
                WHERE
                    undone.member_id = entries.member_id
                    AND undone.of_entry_id = entries.entry_id
                    AND undone.kind = 'reversal'
            )
    ) AS uses
FROM tenants.coupons
WHERE coupons.code = %(code)s::text
