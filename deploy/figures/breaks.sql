-- Differences that nobody has resolved, by how long ago their business date was.
SELECT
    CASE
        WHEN breaks.business_date > %(today)s::date - 8 THEN 'week'
        WHEN breaks.business_date > %(today)s::date - 31 THEN 'month'
        ELSE 'older'
    END AS age,
    count(*) AS breaks
FROM settlement.breaks
WHERE
    (
        SELECT states.state FROM settlement.break_states AS states
        WHERE states.break_id = breaks.break_id
        ORDER BY states.number DESC
        LIMIT 1
    ) <> 'resolved'
GROUP BY 1
ORDER BY 1
