-- What a cycle pays beside its statements, and what of them disputes left; of one party or of all.
SELECT
    parties.code AS party, adjustments.kind, adjustments.yen, adjustments.of_cycle_id,
    whose.code AS of_party, adjustments.of_code, adjustments.of_original, adjustments.dispute_id,
    adjustments.reference, adjustments.in_statement
FROM settlement.adjustments
INNER JOIN tenants.parties ON parties.party_id = adjustments.party_id
INNER JOIN tenants.parties AS whose ON whose.party_id = adjustments.of_party_id
WHERE
    adjustments.cycle_id = %(cycle_id)s::integer
    AND (%(party_id)s::bigint IS NULL OR adjustments.party_id = %(party_id)s)
ORDER BY parties.code, adjustments.of_cycle_id, adjustments.dispute_id, adjustments.reference, adjustments.kind
