-- Every sealed statement of a cycle.
SELECT parties.code AS party, parties.kind, statements.total_yen, statements.body
FROM settlement.statements
INNER JOIN tenants.parties USING (party_id)
WHERE statements.cycle_id = %(cycle_id)s::integer
ORDER BY parties.code
