-- What was sold, issued, used and lapsed between two business dates, by day, week or month and place.
SELECT
    CASE %(grain)s::text
        WHEN 'day' THEN sales.business_date
        WHEN 'week' THEN date_trunc('week', sales.business_date::timestamp)::date
        WHEN 'month' THEN date_trunc('month', sales.business_date::timestamp)::date
        ELSE %(first_on)s::date
    END AS since_on,
    place.code,
    sum(sales.receipts)::bigint AS receipts, sum(sales.uses)::bigint AS uses,
    sum(sales.issued_points)::bigint AS issued_points,
    sum(sales.redeemed_points)::bigint AS redeemed_points,
    sum(sales.lapsed_points)::bigint AS lapsed_points,
    sum(sales.sales_yen)::bigint AS sales_yen
FROM tenants.sales
INNER JOIN unnest(%(shops)s::bigint [], %(codes)s::text []) AS place (shop_id, code)
    ON place.shop_id = sales.shop_id
WHERE sales.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
GROUP BY 1, 2
ORDER BY 1, 2
