-- What tills declared of all their sales, members or not, and what members paid or covered with points
-- in the same shops on the same days.
WITH told AS (
    SELECT
        tills.shop_id, totals.business_date, sum(totals.sales_yen) AS all_yen,
        sum(totals.customers) AS customers
    FROM tenants.daily_totals AS totals
    INNER JOIN tenants.tills ON tills.tenant_id = totals.tenant_id AND tills.till = totals.till
    WHERE totals.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    GROUP BY tills.shop_id, totals.business_date
)

SELECT
    CASE %(grain)s::text
        WHEN 'day' THEN told.business_date
        WHEN 'week' THEN date_trunc('week', told.business_date::timestamp)::date
        WHEN 'month' THEN date_trunc('month', told.business_date::timestamp)::date
        ELSE %(first_on)s::date
    END AS since_on,
    place.code, sum(told.all_yen)::bigint AS all_yen, sum(told.customers)::bigint AS customers,
    sum(coalesce(of_members.yen, 0))::bigint AS with_yen
FROM told
INNER JOIN unnest(%(shops)s::bigint [], %(codes)s::text []) AS place (shop_id, code)
    ON place.shop_id = told.shop_id
LEFT JOIN LATERAL (
    SELECT sum(sales.sales_yen + sales.redeemed_points) AS yen
    FROM tenants.sales
    WHERE sales.shop_id = told.shop_id AND sales.business_date = told.business_date
) AS of_members ON true
GROUP BY 1, 2
ORDER BY 1, 2
