-- What was booked of members before, for rules that ask: the day of the first sale that stands, and
-- the coupons that stand on a receipt.
WITH asked AS (
    SELECT *
    FROM unnest(
        %(turns)s::integer [], %(members)s::bigint [], %(shops)s::bigint [], %(days)s::date [],
        %(tills)s::text [], %(nos)s::text []
    ) AS a (turn, member_id, shop_id, business_date, receipt_till, receipt_no)
)

SELECT
    asked.turn,
    min(before.business_date) FILTER (WHERE before.kind <> 'coupon') AS first_sale_on,
    coalesce(array_agg(before.reason) FILTER (
        WHERE
            before.kind = 'coupon'
            AND before.shop_id = asked.shop_id
            AND before.business_date = asked.business_date
            AND before.receipt_till = asked.receipt_till
            AND before.receipt_no = asked.receipt_no
    ), '{}') AS coupons
FROM asked
INNER JOIN federation.entries AS before
    ON before.member_id = asked.member_id AND before.kind IN ('accrual', 'redemption', 'coupon')
WHERE
    NOT EXISTS (
        SELECT FROM federation.entries AS undone
        WHERE
            undone.member_id = before.member_id
            AND undone.of_entry_id = before.entry_id
            AND undone.kind = 'reversal'
    )
GROUP BY asked.turn
