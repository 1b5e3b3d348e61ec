-- Ten adjustments or more by one hand on one day.
SELECT
    NULL::bigint AS member_id, entries.tenant_id, entries.shop_id, entries.till,
    entries.business_date, count(*) AS times, sum(abs(entries.points))::bigint AS points,
    json_agg(json_build_array(entries.member_id, entries.entry_id) ORDER BY entries.at) AS entries
FROM federation.entries
WHERE
    entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND entries.kind = 'adjustment'
GROUP BY
    entries.tenant_id, entries.shop_id, entries.till, entries.business_date, entries.staff
HAVING count(*) >= 10
