-- Fold what these transactions booked into the hours and the visitors, and move the mark behind them.
WITH flows AS MATERIALIZED (
    SELECT * FROM tenants.sales_flows
    WHERE xid >= %(since)s::xid8 AND xid < %(until)s::xid8
),

hours AS (
    INSERT INTO tenants.sales_hours AS known (
        shop_id, business_date, hour, receipts, uses, issued_points, redeemed_points, lapsed_points,
        sales_yen
    )
    SELECT
        shop_id, business_date, hour, sum(receipts), sum(uses), sum(issued_points),
        sum(redeemed_points), sum(lapsed_points), sum(sales_yen)
    FROM flows
    GROUP BY business_date, shop_id, hour
    ORDER BY business_date, shop_id, hour
    ON CONFLICT (business_date, shop_id, hour) DO UPDATE SET
        receipts = known.receipts + excluded.receipts,
        uses = known.uses + excluded.uses,
        issued_points = known.issued_points + excluded.issued_points,
        redeemed_points = known.redeemed_points + excluded.redeemed_points,
        lapsed_points = known.lapsed_points + excluded.lapsed_points,
        sales_yen = known.sales_yen + excluded.sales_yen
),

visitors AS (
    INSERT INTO tenants.sales_visitors AS known (shop_id, business_date, hour, member_id, visits)
    SELECT shop_id, business_date, hour, member_id, sum(receipts + uses)
    FROM flows
    WHERE kind IN ('accrual', 'redemption')
    GROUP BY business_date, shop_id, hour, member_id
    ORDER BY business_date, shop_id, hour, member_id
    ON CONFLICT (business_date, shop_id, hour, member_id) DO UPDATE SET
        visits = known.visits + excluded.visits
),

moved AS (
    UPDATE tenants.sales_mark SET xid = %(until)s::xid8 WHERE xid = %(since)s::xid8
)

SELECT count(*) AS folded FROM flows
