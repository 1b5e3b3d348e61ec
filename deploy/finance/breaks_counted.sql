-- How many breaks nobody has explained, by leg, class and how many days ago they were.
SELECT counted.leg, counted.class AS kind, counted.age, count(*) AS breaks
FROM (
    SELECT
        breaks.leg, states.class, states.state,
        CASE
            WHEN %(today)s::date - breaks.business_date <= 1 THEN '0-1'
            WHEN %(today)s::date - breaks.business_date <= 7 THEN '2-7'
            WHEN %(today)s::date - breaks.business_date <= 30 THEN '8-30'
            ELSE '31+'
        END AS age
    FROM settlement.breaks
    CROSS JOIN LATERAL (
        SELECT each.class, each.state FROM settlement.break_states AS each
        WHERE each.break_id = breaks.break_id
        ORDER BY each.number DESC
        LIMIT 1
    ) AS states
) AS counted
WHERE counted.state = 'open'
GROUP BY counted.leg, counted.class, counted.age
