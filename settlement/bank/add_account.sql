-- A party's account from a day on; nothing where there is no such party.
INSERT INTO settlement.bank_accounts (
    party_id, purpose, from_on, entered_at, closed, bank, branch, deposit, number, holder, customer,
    author, reason
)
SELECT
    parties.party_id, %(purpose)s::text, %(from_on)s::date, %(entered_at)s::timestamptz,
    %(closed)s::boolean, %(bank)s::text, %(branch)s::text, %(deposit)s::text, %(number)s::text,
    %(holder)s::text, %(customer)s::text, %(author)s::text, %(reason)s::text
FROM tenants.parties
WHERE parties.code = %(party)s::text
