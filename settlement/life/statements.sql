-- A party's statements, the newest first, or that of one cycle, and what it said to each.
SELECT
    calendar.first_on AS cycle, calendar.last_on, cycles.state, statements.total_yen,
    windows.objection_bank_days, accepted.accepted_at, accepted.accepted_by,
    (
        SELECT count(*) FROM settlement.disputes
        WHERE disputes.cycle_id = statements.cycle_id AND disputes.party_id = statements.party_id
        AND disputes.state = 'open'
    ) AS disputes
FROM settlement.statements
INNER JOIN settlement.cycles USING (cycle_id)
INNER JOIN federation.cycles AS calendar USING (cycle_id)
CROSS JOIN LATERAL (
    SELECT objection_bank_days FROM settlement.windows
    WHERE windows.from_on <= calendar.last_on
    ORDER BY windows.from_on DESC
    LIMIT 1
) AS windows
LEFT JOIN settlement.accepted
    ON accepted.cycle_id = statements.cycle_id AND accepted.party_id = statements.party_id
WHERE
    statements.party_id = %(party_id)s::bigint
    AND (%(cycle_id)s::integer IS NULL OR statements.cycle_id = %(cycle_id)s)
    AND (%(before)s::date IS NULL OR calendar.first_on < %(before)s::date)
ORDER BY statements.cycle_id DESC
LIMIT %(most)s::integer
