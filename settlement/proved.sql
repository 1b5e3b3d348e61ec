-- The seal of a cycle in which a party has a statement; those whose papers are drawn from everybody's
-- lines have none of their own: there is the sealed file.
SELECT
    to_char(calendar.first_on, 'YYYY-MM-DD') AS cycle, seals.leaves, seals.previous, seals.root, seals.seal
FROM settlement.seals
INNER JOIN federation.cycles AS calendar USING (cycle_id)
INNER JOIN settlement.statements USING (cycle_id)
INNER JOIN tenants.parties USING (party_id)
WHERE
    seals.cycle_id = %(cycle_id)s::integer
    AND statements.party_id = %(party_id)s::bigint
    AND parties.kind IN ('tenant', 'facility')
