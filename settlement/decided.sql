-- What decided disputes put into the statements of a cycle, on both sides of the sealed line.
SELECT
    parties.code AS party, adjustments.dispute_id AS dispute, adjustments.kind AS settles,
    adjustments.code, earlier.first_on::text AS of_cycle, whose.code AS of_party,
    adjustments.of_code, adjustments.yen, adjustments.of_original, adjustments.tax_bp
FROM settlement.adjustments
INNER JOIN tenants.parties ON parties.party_id = adjustments.party_id
INNER JOIN tenants.parties AS whose ON whose.party_id = adjustments.of_party_id
INNER JOIN federation.cycles AS earlier ON earlier.cycle_id = adjustments.of_cycle_id
WHERE adjustments.cycle_id = %(cycle_id)s::integer AND adjustments.in_statement
