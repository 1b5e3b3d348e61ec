-- Points earned here and spent before the goods came back: what a return could not take back any more.
SELECT
    entries.member_id, entries.tenant_id, entries.shop_id, entries.till, entries.business_date,
    count(*) AS times, sum(shortages.points)::bigint AS points,
    json_agg(DISTINCT jsonb_build_array(entries.member_id, entries.entry_id)) AS entries
FROM federation.entries
INNER JOIN federation.shortages
    ON
        shortages.member_id = entries.member_id
        AND shortages.entry_id = entries.entry_id
        AND shortages.booked_at = entries.booked_at
WHERE entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
GROUP BY
    entries.member_id, entries.tenant_id, entries.shop_id, entries.till, entries.business_date
