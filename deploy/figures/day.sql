-- What was sold, issued and used on two days, by hour.
SELECT
    sales.business_date, sales.hour, sum(sales.receipts)::bigint AS receipts,
    sum(sales.uses)::bigint AS uses, sum(sales.issued_points)::bigint AS issued_points,
    sum(sales.redeemed_points)::bigint AS redeemed_points, sum(sales.sales_yen)::bigint AS sales_yen
FROM tenants.sales
WHERE
    sales.business_date = ANY(%(days)s::date [])
    AND sales.shop_id = ANY(%(shops)s::bigint [])
GROUP BY sales.business_date, sales.hour
ORDER BY sales.business_date, sales.hour
