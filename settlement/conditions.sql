-- Under what a cycle was stated, by party.
SELECT parties.code AS party, conditions.terms, conditions.carried_yen, conditions.units,
    conditions.adjustments
FROM settlement.conditions
INNER JOIN tenants.parties USING (party_id)
WHERE conditions.cycle_id = %(cycle_id)s::integer
