-- Tills with sales on a day that is over and no daily totals, of tenants that tell such totals.
SELECT
    NULL::bigint AS member_id, entries.tenant_id, entries.shop_id, entries.till,
    entries.business_date, count(*) AS times, sum(entries.points)::bigint AS points,
    json_agg(json_build_array(entries.member_id, entries.entry_id) ORDER BY entries.at) AS entries
FROM federation.entries
WHERE
    entries.business_date BETWEEN %(first_on)s::date AND least(%(last_on)s::date, %(today)s::date - 1)
    AND entries.kind = 'accrual'
    AND EXISTS (
        SELECT FROM tenants.daily_totals AS ever WHERE ever.tenant_id = entries.tenant_id
    )
    AND NOT EXISTS (
        SELECT FROM tenants.daily_totals AS told
        WHERE
            told.tenant_id = entries.tenant_id
            AND told.till = entries.till
            AND told.business_date = entries.business_date
    )
GROUP BY entries.tenant_id, entries.shop_id, entries.till, entries.business_date
