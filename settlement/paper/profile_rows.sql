-- All that was ever written of who a party is on paper, newest first.
SELECT
    profiles.from_on, profiles.written_at, profiles.legal_name, profiles.legal_name_en,
    profiles.postal_code, profiles.address, profiles.registration_number, profiles.contact,
    profiles.phone, profiles.mail, profiles.invoice_document, profiles.lang, profiles.author,
    profiles.reason
FROM settlement.profiles
INNER JOIN tenants.parties USING (party_id)
WHERE parties.code = %(party)s::text
ORDER BY profiles.from_on DESC, profiles.written_at DESC
