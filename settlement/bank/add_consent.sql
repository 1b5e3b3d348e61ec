-- A consent to offset, or its end; nothing where one of the three parties is unknown.
INSERT INTO settlement.offset_consents (
    party_id, creditor_id, holder_id, from_on, entered_at, to_on, withdrawn, author, reason
)
SELECT
    debtors.party_id, creditors.party_id, holders.party_id, %(from_on)s::date,
    greatest(%(entered_at)s::timestamptz, max(earlier.entered_at) + interval '1 microsecond'),
    %(to_on)s::date, %(withdrawn)s::boolean, %(author)s::text,
    %(reason)s::text
FROM tenants.parties AS debtors
INNER JOIN tenants.parties AS creditors ON creditors.code = %(creditor)s::text
INNER JOIN tenants.parties AS holders ON holders.code = %(holder)s::text
LEFT JOIN settlement.offset_consents AS earlier ON earlier.party_id = debtors.party_id
WHERE debtors.code = %(debtor)s::text
GROUP BY debtors.party_id, creditors.party_id, holders.party_id
