-- A member who came ten times or more, and always to the same cashier. Who came that often is found
-- first: few did.
WITH often AS MATERIALIZED (
    SELECT member_id
    FROM federation.entries
    WHERE
        business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND kind = 'accrual'
    GROUP BY member_id
    HAVING
        count(*) >= 10
        AND count(staff) = count(*)
        AND min(shop_id) = max(shop_id)
        AND min(staff) = max(staff)
)

SELECT
    entries.member_id, min(entries.tenant_id) AS tenant_id, min(entries.shop_id) AS shop_id,
    min(entries.till) AS till, max(entries.business_date) AS business_date, count(*) AS times,
    sum(entries.points)::bigint AS points,
    json_agg(json_build_array(entries.member_id, entries.entry_id) ORDER BY entries.at) AS entries
FROM often
INNER JOIN federation.entries USING (member_id)
WHERE
    entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND entries.kind = 'accrual'
GROUP BY entries.member_id
