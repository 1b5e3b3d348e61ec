-- Breaks with the row that counts of each, the newest business date first: of one state, one party,
-- one leg, one class and age, or all that the reader sees.
SELECT
    breaks.break_id, parties.code AS party, breaks.leg, breaks.subject, breaks.figure,
    breaks.business_date, breaks.found_at, states.number, states.state, states.class, states.told,
    states.found, states.behind, states.author, states.reason, states.at
FROM settlement.breaks
INNER JOIN tenants.parties ON parties.party_id = breaks.party_id
CROSS JOIN LATERAL (
    SELECT * FROM settlement.break_states AS each
    WHERE each.break_id = breaks.break_id
    ORDER BY each.number DESC
    LIMIT 1
) AS states
WHERE
    (%(state)s::text IS NULL OR states.state = %(state)s)
    AND (%(leg)s::text IS NULL OR breaks.leg = %(leg)s)
    AND (%(class)s::text IS NULL OR states.class = %(class)s)
    AND (%(since)s::date IS NULL OR breaks.business_date >= %(since)s)
    AND (%(until)s::date IS NULL OR breaks.business_date <= %(until)s)
    AND (%(party_id)s::bigint IS NULL OR breaks.party_id = %(party_id)s)
    AND (
        %(after)s::text IS NULL
        OR (breaks.business_date, breaks.break_id) < (
            SELECT before.business_date, before.break_id FROM settlement.breaks AS before
            WHERE before.break_id = %(after)s
        )
    )
ORDER BY breaks.business_date DESC, breaks.break_id DESC
LIMIT %(most)s::integer
