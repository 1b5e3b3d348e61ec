-- More than five sales of one member at one till on one business date: a cashier's own card, or points
-- keyed without a sale.
SELECT
    entries.member_id, entries.tenant_id, entries.shop_id, entries.till, entries.business_date,
    count(*) AS times, sum(entries.points)::bigint AS points,
    json_agg(json_build_array(entries.member_id, entries.entry_id) ORDER BY entries.at) AS entries
FROM federation.entries
WHERE
    entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND entries.kind = 'accrual'
GROUP BY
    entries.member_id, entries.tenant_id, entries.shop_id, entries.till, entries.business_date
HAVING count(*) > 5
