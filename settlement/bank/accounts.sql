-- The accounts in force on a day: of each party and purpose the latest, of one day the last entered.
SELECT DISTINCT ON (accounts.party_id, accounts.purpose)
    parties.code AS party, accounts.purpose, accounts.from_on, accounts.entered_at, accounts.closed,
    accounts.bank, accounts.branch, accounts.deposit, accounts.number, accounts.holder,
    accounts.customer, accounts.author, accounts.reason
FROM settlement.bank_accounts AS accounts
INNER JOIN tenants.parties ON parties.party_id = accounts.party_id
WHERE accounts.from_on <= %(day)s::date
ORDER BY
    accounts.party_id, accounts.purpose, accounts.from_on DESC, accounts.entered_at DESC
