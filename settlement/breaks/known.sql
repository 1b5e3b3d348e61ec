-- Breaks of a leg in what is looked at now, with the row that counts of each.
SELECT DISTINCT ON (breaks.break_id)
    breaks.break_id, breaks.party_id, states.number, states.state, states.class, states.told,
    states.found, states.behind
FROM settlement.breaks
INNER JOIN settlement.break_states AS states USING (break_id)
WHERE
    breaks.leg = %(leg)s::text
    AND breaks.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND (%(subjects)s::text [] IS NULL OR breaks.subject = ANY(%(subjects)s))
ORDER BY breaks.break_id, states.number DESC
