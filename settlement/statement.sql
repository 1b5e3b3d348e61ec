-- A party's statement of a sealed cycle, as it was written.
SELECT statements.body
FROM settlement.statements
INNER JOIN settlement.seals USING (cycle_id)
WHERE statements.cycle_id = %(cycle_id)s::integer AND statements.party_id = %(party_id)s::bigint
