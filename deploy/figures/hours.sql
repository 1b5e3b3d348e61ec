-- What was sold, issued and used by weekday (1: Monday) and hour in Tokyo, and who was there.
WITH sold AS (
    SELECT
        extract(ISODOW FROM sales.business_date)::integer AS weekday, sales.hour,
        sum(sales.receipts)::bigint AS receipts, sum(sales.sales_yen)::bigint AS sales_yen,
        sum(sales.issued_points)::bigint AS issued_points,
        sum(sales.redeemed_points)::bigint AS redeemed_points
    FROM tenants.sales
    WHERE
        sales.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND sales.shop_id = ANY(%(shops)s::bigint [])
    GROUP BY 1, 2
),

there AS (
    SELECT
        extract(ISODOW FROM visits.business_date)::integer AS weekday, visits.hour, visits.member_id
    FROM tenants.visits
    WHERE
        %(with_members)s::boolean
        AND visits.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND visits.shop_id = ANY(%(shops)s::bigint [])
    GROUP BY 1, 2, 3
    HAVING sum(visits.visits) > 0
),

counted AS (
    SELECT weekday, hour, count(*) AS members FROM there
    GROUP BY weekday, hour
)

SELECT
    weekday, hour, coalesce(sold.receipts, 0) AS receipts, coalesce(sold.sales_yen, 0) AS sales_yen,
    coalesce(sold.issued_points, 0) AS issued_points,
    coalesce(sold.redeemed_points, 0) AS redeemed_points, coalesce(counted.members, 0) AS members
FROM sold
FULL JOIN counted USING (weekday, hour)
ORDER BY weekday, hour
