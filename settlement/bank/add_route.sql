-- How a party is paid, or pays, from a day on; nothing where there is no such party. The
-- last entered counts, as with accounts.
INSERT INTO settlement.payment_routes (
    party_id, from_on, entered_at, route, payee_fee_yen, author, reason
)
SELECT
    parties.party_id, %(from_on)s::date,
    greatest(%(entered_at)s::timestamptz, max(earlier.entered_at) + interval '1 microsecond'),
    %(route)s::text, %(payee_fee_yen)s::bigint, %(author)s::text, %(reason)s::text
FROM tenants.parties
LEFT JOIN settlement.payment_routes AS earlier ON earlier.party_id = parties.party_id
WHERE parties.code = %(party)s::text
GROUP BY parties.party_id
