-- The oldest business date of a leg on which something is still open or only explained.
SELECT min(breaks.business_date) AS first_on
FROM settlement.breaks
WHERE
    breaks.leg = %(leg)s::text
    AND breaks.business_date >= %(since)s::date
    AND (
        SELECT states.state FROM settlement.break_states AS states
        WHERE states.break_id = breaks.break_id
        ORDER BY states.number DESC
        LIMIT 1
    ) <> 'resolved'
