-- How a party is paid, or pays, from a day on; nothing where there is no such party.
INSERT INTO settlement.payment_routes (party_id, from_on, entered_at, route, author, reason)
SELECT
    parties.party_id, %(from_on)s::date, %(entered_at)s::timestamptz, %(route)s::text,
    %(author)s::text, %(reason)s::text
FROM tenants.parties
WHERE parties.code = %(party)s::text
