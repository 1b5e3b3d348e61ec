-- A cycle's nets as they were split.
SELECT parties.code AS party, splits.unit, splits.yen
FROM settlement.splits
INNER JOIN tenants.parties USING (party_id)
WHERE splits.cycle_id = %(cycle_id)s::integer
