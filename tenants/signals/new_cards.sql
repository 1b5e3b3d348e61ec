-- Five members or more whose first sale ever was at one till on one day.
WITH came AS (
    SELECT DISTINCT entries.member_id
    FROM federation.entries
    WHERE
        entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND entries.kind = 'accrual'
),

opened AS (
    SELECT one.*
    FROM came
    CROSS JOIN LATERAL (
        SELECT entries.*
        FROM federation.entries
        WHERE entries.member_id = came.member_id AND entries.kind = 'accrual'
        ORDER BY entries.entry_id
        LIMIT 1
    ) AS one
)

SELECT
    NULL::bigint AS member_id, tenant_id, shop_id, till, business_date, count(*) AS times,
    sum(points)::bigint AS points,
    json_agg(json_build_array(member_id, entry_id) ORDER BY at) AS entries
FROM opened
WHERE business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
GROUP BY tenant_id, shop_id, till, business_date
HAVING count(*) >= 5
