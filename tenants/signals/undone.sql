-- Sales of one member at one shop that were undone or brought back, three times or more.
SELECT
    entries.member_id, entries.tenant_id, entries.shop_id, min(entries.till) AS till,
    max(entries.business_date) AS business_date, count(*) AS times,
    -sum(entries.points)::bigint AS points,
    json_agg(json_build_array(entries.member_id, entries.entry_id) ORDER BY entries.at) AS entries
FROM federation.entries
WHERE
    entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND entries.kind IN ('return', 'reversal')
GROUP BY entries.member_id, entries.tenant_id, entries.shop_id
HAVING count(*) >= 3
