-- The last word on each party's consent to offset up to a day.
SELECT DISTINCT ON (consents.party_id)
    debtors.code AS debtor, creditors.code AS creditor, holders.code AS holder, consents.from_on,
    consents.to_on, consents.withdrawn
FROM settlement.offset_consents AS consents
INNER JOIN tenants.parties AS debtors ON debtors.party_id = consents.party_id
INNER JOIN tenants.parties AS creditors ON creditors.party_id = consents.creditor_id
INNER JOIN tenants.parties AS holders ON holders.party_id = consents.holder_id
WHERE consents.from_on <= %(day)s::date
ORDER BY consents.party_id, consents.from_on DESC, consents.entered_at DESC
