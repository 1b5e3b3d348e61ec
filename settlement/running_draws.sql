-- A party's draws, as funder or where they were honoured, in cycles that are not summed yet.
SELECT
    draws.cycle_id,
    CASE
        WHEN draws.kind = 'redemption' OR (draws.kind = 'unreturn' AND draws.points > 0) THEN 'used'
        WHEN draws.kind = 'lapse' THEN 'lapsed'
        WHEN draws.kind = 'merge' AND draws.points < 0 THEN 'moved-in'
        WHEN draws.kind IN ('changeover', 'merge') THEN 'moved-out'
        WHEN draws.kind IN ('adjustment', 'unreturn') AND draws.points < 0 THEN 'granted'
        WHEN draws.points < 0 THEN 'restored'
        ELSE 'recovered'
    END AS movement,
    'base' AS kind, schemes.funding, funder.code AS funder, tenant.code AS tenant, false AS late,
    sum(abs(draws.points))::bigint AS points
FROM federation.draws
INNER JOIN tenants.schemes USING (scheme_id)
INNER JOIN tenants.parties AS funder ON funder.party_id = draws.funder_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = draws.tenant_id
WHERE
    (draws.funder_id = %(party_id)s::bigint OR draws.tenant_id = %(party_id)s::bigint)
    AND draws.cycle_id = ANY(%(cycles)s::integer [])
    AND draws.booked_at >= %(since)s::timestamptz
GROUP BY 1, 2, 4, 5, 6
