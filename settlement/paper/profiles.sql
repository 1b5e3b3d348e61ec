-- Who a party is on paper on a day: of the rows with the latest day, the last one written.
SELECT DISTINCT ON (profiles.party_id)
    profiles.party_id, profiles.legal_name, profiles.legal_name_en, profiles.postal_code,
    profiles.address, profiles.registration_number, profiles.contact, profiles.phone,
    profiles.mail, profiles.invoice_document, profiles.lang
FROM settlement.profiles
WHERE profiles.party_id = ANY(%(parties)s::bigint []) AND profiles.from_on <= %(on)s::date
ORDER BY profiles.party_id, profiles.from_on DESC, profiles.written_at DESC
