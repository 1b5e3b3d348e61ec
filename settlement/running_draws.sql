-- A party's draws, as funder or where they were honoured, in cycles that are not summed yet.
SELECT
    draws.cycle_id,
    CASE
        WHEN draws.kind = 'redemption' THEN 'used'
        WHEN draws.kind = 'lapse' THEN 'lapsed'
        WHEN draws.kind = 'changeover' THEN 'moved-out'
        WHEN draws.for_funder_id <> draws.funder_id AND draws.points > 0 THEN 'covered'
        WHEN draws.for_funder_id <> draws.funder_id THEN 'uncovered'
        WHEN draws.kind = 'unreturn' AND draws.points > 0 THEN 'used'
        WHEN draws.kind = 'unreturn' THEN 'granted'
        WHEN draws.points < 0 THEN 'restored'
        ELSE 'recovered'
    END AS movement,
    'base' AS kind, schemes.funding, funder.code AS funder, tenant.code AS tenant, false AS late,
    sum(abs(draws.points))::bigint AS points
FROM federation.draws
INNER JOIN tenants.schemes USING (scheme_id)
INNER JOIN tenants.parties AS funder ON funder.party_id = draws.funder_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = CASE
    WHEN draws.for_funder_id <> draws.funder_id THEN draws.for_funder_id ELSE draws.tenant_id
END
WHERE
    %(party_id)s::bigint IN (draws.funder_id, draws.tenant_id, draws.for_funder_id)
    AND draws.kind <> 'merge'
    AND draws.cycle_id = ANY(%(cycles)s::integer [])
    AND draws.booked_at >= %(since)s::timestamptz
GROUP BY 1, 2, 4, 5, 6
