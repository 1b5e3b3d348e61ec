-- What tills declared, by shop and business date, and what members paid or covered with points there:
-- the days that `declared.sql` adds up, the newest first.
WITH told AS (
    SELECT tills.shop_id, totals.business_date, sum(totals.sales_yen) AS all_yen
    FROM tenants.daily_totals AS totals
    INNER JOIN tenants.tills ON tills.tenant_id = totals.tenant_id AND tills.till = totals.till
    WHERE
        totals.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND tills.shop_id = ANY(%(shops)s::bigint [])
    GROUP BY tills.shop_id, totals.business_date
)

SELECT
    told.shop_id, told.business_date, told.all_yen::bigint AS all_yen,
    coalesce(of_members.sales_yen, 0)::bigint AS sales_yen,
    coalesce(of_members.points, 0)::bigint AS points,
    (sum(told.all_yen) OVER ())::bigint AS whole_all,
    (sum(coalesce(of_members.sales_yen + of_members.points, 0)) OVER ())::bigint AS whole_with,
    count(*) OVER () AS days
FROM told
LEFT JOIN LATERAL (
    SELECT sum(sales.sales_yen) AS sales_yen, sum(sales.redeemed_points) AS points
    FROM tenants.sales
    WHERE sales.shop_id = told.shop_id AND sales.business_date = told.business_date
) AS of_members ON true
ORDER BY told.business_date DESC, told.shop_id
LIMIT %(most)s::integer
OFFSET %(skip)s::integer
