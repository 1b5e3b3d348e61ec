-- The payments of a cycle that count, of one party or of all that the reader sees.
SELECT
    payments.reference, parties.code AS party, payments.unit, payments.yen, payments.route,
    payments.why, payments.pays_on, payments.state, payments.difference, payments.settled_yen,
    payments.of_reference, payments.fee_yen
FROM settlement.payments
INNER JOIN tenants.parties ON parties.party_id = payments.party_id
WHERE
    payments.cycle_id = %(cycle_id)s::integer
    AND payments.state <> 'void'
    AND (%(party_id)s::bigint IS NULL OR payments.party_id = %(party_id)s)
ORDER BY payments.plan, payments.number
