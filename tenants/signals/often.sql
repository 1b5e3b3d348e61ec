-- More than five sales of one member at one till on one business date: a cashier's own card, or points
-- keyed without a sale. Which they are is found first: few are.
WITH often AS MATERIALIZED (
    SELECT member_id, tenant_id, shop_id, till, business_date
    FROM federation.entries
    WHERE
        business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND kind = 'accrual'
    GROUP BY member_id, tenant_id, shop_id, till, business_date
    HAVING count(*) > 5
)

SELECT
    member_id, tenant_id, shop_id, till, business_date, count(*) AS times,
    sum(entries.points)::bigint AS points,
    json_agg(json_build_array(member_id, entries.entry_id) ORDER BY entries.at) AS entries
FROM often
INNER JOIN federation.entries USING (member_id, tenant_id, shop_id, till, business_date)
WHERE entries.kind = 'accrual'
GROUP BY member_id, tenant_id, shop_id, till, business_date
