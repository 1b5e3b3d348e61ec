-- Agree on a floor from a day on, with one tenant or with all; no row where there is no such tenant.
INSERT INTO settlement.give_take_floors (
    version, party_id, from_on, floor_bp, author, reason, agreed_at
)
SELECT
    (SELECT coalesce(max(floors.version), 0) + 1 FROM settlement.give_take_floors AS floors),
    parties.party_id, %(from_on)s::date, %(floor_bp)s::integer, %(author)s::text, %(reason)s::text,
    %(now)s::timestamptz
FROM (SELECT %(party)s::text AS code) AS asked
LEFT JOIN tenants.parties ON parties.code = asked.code AND parties.kind = 'tenant'
WHERE asked.code IS NULL OR parties.party_id IS NOT NULL
RETURNING version
