-- One grant of more than ten thousand points, or among the largest thousandth of these days where there
-- are a thousand to compare.
WITH granted AS (
    SELECT entries.*
    FROM federation.entries
    WHERE
        entries.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND entries.kind IN ('accrual', 'adjustment', 'bonus')
        AND entries.points > 0
),

usual AS (
    SELECT count(*) AS times, percentile_disc(0.999) WITHIN GROUP (ORDER BY points) AS most
    FROM granted
)

SELECT
    granted.member_id, granted.tenant_id, granted.shop_id, granted.till, granted.business_date,
    1 AS times, granted.points,
    json_build_array(json_build_array(granted.member_id, granted.entry_id)) AS entries
FROM granted
CROSS JOIN usual
WHERE granted.points > 10000 OR (usual.times >= 1000 AND granted.points > usual.most)
