-- How many breaks nobody has explained, and that are still there.
SELECT count(*) AS breaks
FROM settlement.breaks
WHERE
    (
        SELECT states.state FROM settlement.break_states AS states
        WHERE states.break_id = breaks.break_id
        ORDER BY states.number DESC
        LIMIT 1
    ) = 'open'
