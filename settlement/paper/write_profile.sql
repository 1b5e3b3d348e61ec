-- Who a party is on paper from a day on. Of two rows written at one instant the later comes after.
INSERT INTO settlement.profiles (
    party_id, from_on, written_at, legal_name, legal_name_en, postal_code, address,
    registration_number, contact, phone, mail, invoice_document, lang, author, reason
)
SELECT
    parties.party_id, %(from_on)s::date,
    greatest(
        %(now)s::timestamptz,
        (
            SELECT max(earlier.written_at) + interval '1 microsecond'
            FROM settlement.profiles AS earlier
            WHERE earlier.party_id = parties.party_id
        )
    ),
    %(legal_name)s, %(legal_name_en)s, %(postal_code)s, %(address)s, %(registration_number)s, %(contact)s, %(phone)s, %(mail)s,
    %(invoice_document)s, %(lang)s, %(author)s, %(reason)s
FROM tenants.parties
WHERE parties.code = %(party)s::text
RETURNING written_at
