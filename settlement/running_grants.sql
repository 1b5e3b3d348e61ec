-- The points that a party funded in cycles that are not summed yet.
SELECT
    entries.cycle_id,
    CASE entries.kind WHEN 'changeover' THEN 'moved-in' ELSE 'granted' END AS movement,
    'base' AS kind, schemes.funding,
    funder.code AS funder, tenant.code AS tenant, false AS late,
    sum(lots.points)::bigint AS points
FROM federation.entries
INNER JOIN federation.lots USING (member_id, entry_id)
INNER JOIN tenants.schemes USING (scheme_id)
INNER JOIN tenants.parties AS funder ON funder.party_id = lots.funder_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = entries.tenant_id
WHERE
    lots.funder_id = %(party_id)s::bigint
    AND entries.kind <> 'merge'
    AND entries.cycle_id = ANY(%(cycles)s::integer [])
    AND entries.booked_at >= %(since)s::timestamptz
GROUP BY 1, 2, 4, 5, 6
