-- The year's receipts: one basket in one department is one receipt of the shop for that department.
-- Expects the package's tables as `transactions` and `products`; prices there are US dollars.
WITH sold AS (
    -- The data says UTC and peaks at 21-22 h: five hours less is a shopper's day, called JST here.
    -- 439 weeks later 2017-01-01 is Sunday 2025-06-01, and every weekday stays what it was.
    SELECT basket_id, department, store_id, household_id, sales_value,
        transaction_timestamp - INTERVAL 5 HOUR + INTERVAL 439 WEEK AS sold_at
    FROM transactions JOIN products USING (product_id)
    WHERE department NOT IN ('COUPON', 'MISCELLANEOUS', 'CNTRL/STORE SUP', 'GM MERCH EXP',
        'POSTAL CENTER', 'PROD-WHS SALES', 'ELECT &PLUMBING')
),
receipt AS (
    -- A basket has one moment, one store and one household. What cost nothing printed no receipt.
    SELECT basket_id, department, any_value(store_id) AS store_id,
        any_value(household_id) AS household_id, any_value(sold_at) AS sold_at,
        CAST(sum(CAST(round(sales_value * 100) AS BIGINT)) AS BIGINT) AS cents
    FROM sold GROUP BY basket_id, department HAVING cents > 0
),
store AS (
    -- All stores fold into three facilities: the rank by receipts, modulo 3.
    SELECT store_id, row_number() OVER (ORDER BY count(*) DESC, store_id) % 3 AS facility
    FROM receipt GROUP BY store_id
)
SELECT CAST(facility AS INTEGER) AS facility, department, household_id, sold_at,
    CAST(sold_at AS DATE) AS sold_on, basket_id,
    cents * 110 // 100 AS paid_yen,         -- 110 yen per dollar, fractions of a yen are dropped
    row_number() OVER (
        PARTITION BY facility, department, CAST(sold_at AS DATE) ORDER BY sold_at, basket_id
    ) AS number_of_day
FROM receipt JOIN store USING (store_id)
