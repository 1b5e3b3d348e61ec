-- A break with the row that counts.
SELECT
    breaks.break_id, breaks.party_id, breaks.leg, breaks.subject, breaks.figure, breaks.business_date,
    states.number, states.state, states.class, states.told, states.found, states.behind
FROM settlement.breaks
INNER JOIN settlement.break_states AS states USING (break_id)
WHERE breaks.break_id = %(break_id)s::text
ORDER BY states.number DESC
LIMIT 1
