-- A party's account from a day on; nothing where there is no such party. What is entered later
-- bears a later instant, whatever the clock says: the last entered counts.
INSERT INTO settlement.bank_accounts (
    party_id, purpose, from_on, entered_at, closed, bank, branch, deposit, number, holder, customer,
    author, reason
)
SELECT
    parties.party_id, %(purpose)s::text, %(from_on)s::date,
    greatest(%(entered_at)s::timestamptz, max(earlier.entered_at) + interval '1 microsecond'),
    %(closed)s::boolean, %(bank)s::text, %(branch)s::text, %(deposit)s::text, %(number)s::text,
    %(holder)s::text, %(customer)s::text, %(author)s::text, %(reason)s::text
FROM tenants.parties
LEFT JOIN settlement.bank_accounts AS earlier ON earlier.party_id = parties.party_id
WHERE parties.code = %(party)s::text
GROUP BY parties.party_id
