-- Five members or more whose first sale ever was at one till on one day.
WITH came AS MATERIALIZED (
    SELECT DISTINCT ON (entries.member_id)
        entries.member_id, entries.entry_id, entries.tenant_id, entries.shop_id, entries.till,
        entries.business_date, entries.points, entries.at
    FROM federation.entries
    WHERE
        entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND entries.kind = 'accrual'
    ORDER BY entries.member_id, entries.entry_id
)

SELECT
    NULL::bigint AS member_id, tenant_id, shop_id, till, business_date, count(*) AS times,
    sum(points)::bigint AS points,
    json_agg(json_build_array(member_id, entry_id) ORDER BY at) AS entries
FROM came
WHERE
    NOT EXISTS (
        SELECT FROM federation.entries AS earlier
        WHERE
            earlier.member_id = came.member_id
            AND earlier.entry_id < came.entry_id
            AND earlier.kind = 'accrual'
    )
GROUP BY tenant_id, shop_id, till, business_date
HAVING count(*) >= 5
