-- Agree on terms from a day on; no row is ever changed. No row comes back where a closed cycle has
-- that day, or there is no such tenant or facility.
INSERT INTO settlement.terms (
    version, party_id, from_on, point_fee_milliyen, redeem_fee_bp, monthly_fee_yen,
    terminal_fee_yen, minimum_yen, net_level, calendar, prorated, joined_on, left_on, author,
    reason, agreed_at
)
SELECT
    (SELECT coalesce(max(terms.version), 0) + 1 FROM settlement.terms),
    parties.party_id, %(from_on)s::date, %(point_fee_milliyen)s::integer, %(redeem_fee_bp)s::integer,
    %(monthly_fee_yen)s::integer, %(terminal_fee_yen)s::integer, %(minimum_yen)s::integer,
    %(net_level)s::text, %(calendar)s::text, %(prorated)s::boolean, %(joined_on)s::date,
    %(left_on)s::date, %(author)s::text, %(reason)s::text, %(now)s::timestamptz
FROM (SELECT %(party)s::text AS code) AS asked
LEFT JOIN tenants.parties
    ON parties.code = asked.code AND parties.kind IN ('tenant', 'facility')
WHERE asked.code IS NULL OR parties.party_id IS NOT NULL
RETURNING version
