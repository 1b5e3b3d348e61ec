-- Who was ever debited: whose next debit is not the first.
SELECT DISTINCT parties.code AS party
FROM settlement.payments
INNER JOIN tenants.parties ON parties.party_id = payments.party_id
WHERE payments.route = 'DIRECT_DEBIT' AND payments.state NOT IN ('planned', 'void')
