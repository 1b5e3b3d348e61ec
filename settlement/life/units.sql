-- A cycle's nets as they were split.
SELECT parties.code AS party, splits.yen, splits.unit
FROM settlement.splits
INNER JOIN tenants.parties USING (party_id)
WHERE splits.cycle_id = %(cycle_id)s::integer
