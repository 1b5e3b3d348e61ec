-- What a party's statement of a confirmed cycle comes to.
SELECT
    calendar.first_on AS cycle, cycles.state, parties.code AS party,
    statements.total_yen AS statement_yen
FROM settlement.statements
INNER JOIN settlement.cycles USING (cycle_id)
INNER JOIN federation.cycles AS calendar USING (cycle_id)
INNER JOIN tenants.parties ON parties.party_id = statements.party_id
WHERE
    statements.cycle_id = %(cycle_id)s::integer
    AND statements.party_id = %(party_id)s::bigint
    AND cycles.state NOT IN ('open', 'closed')
