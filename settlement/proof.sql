-- The proof of a cycle's positions: one pass over all its draws and lots comes to the same, and
-- every party is known. Each row is a cell that differs, or is nobody's; no row is the only good answer.
WITH folded AS (
    SELECT funder_id, tenant_id, movement, kind, funding, late, sum(points) AS points
    FROM (
        SELECT funder_id, tenant_id, movement, kind, funding, late, points
        FROM settlement.positions
        WHERE cycle_id = %(cycle_id)s::integer
        UNION ALL
        SELECT funder_id, tenant_id, movement, kind, funding, late, points
        FROM settlement.unfolded
        WHERE cycle_id = %(cycle_id)s::integer AND booked_at >= %(since)s::timestamptz
    ) AS cells
    GROUP BY funder_id, tenant_id, movement, kind, funding, late
),

drawn AS (      -- in the books' own words; what is late and what came back are sums, not groups
    SELECT
        kind, rule, scheme_id, funder_id, for_funder_id, for_rule, tenant_id,
        sum(points) FILTER (WHERE points > 0 AND business_date >= %(first_on)s::date) AS took,
        sum(points) FILTER (WHERE points > 0 AND business_date < %(first_on)s::date) AS took_late,
        sum(points) FILTER (WHERE points < 0 AND business_date >= %(first_on)s::date) AS back,
        sum(points) FILTER (WHERE points < 0 AND business_date < %(first_on)s::date) AS back_late
    FROM federation.draws
    WHERE
        cycle_id = %(cycle_id)s::integer
        AND booked_at >= %(since)s::timestamptz
        AND kind <> 'merge'
    GROUP BY kind, rule, scheme_id, funder_id, for_funder_id, for_rule, tenant_id
),

granted AS (
    SELECT
        entries.kind, lots.rule, lots.scheme_id, lots.funder_id, entries.tenant_id,
        sum(lots.points) FILTER (WHERE entries.business_date >= %(first_on)s::date) AS given,
        sum(lots.points) FILTER (WHERE entries.business_date < %(first_on)s::date) AS given_late
    FROM federation.entries
    INNER JOIN federation.lots USING (member_id, entry_id)
    WHERE
        entries.cycle_id = %(cycle_id)s::integer
        AND entries.booked_at >= %(since)s::timestamptz
        AND entries.kind <> 'merge'
    GROUP BY entries.kind, lots.rule, lots.scheme_id, lots.funder_id, entries.tenant_id
),

named AS (
    SELECT
        drawn.funder_id, schemes.funding, summed.late, abs(summed.points) AS points,
        CASE
            WHEN drawn.for_funder_id <> drawn.funder_id THEN drawn.for_funder_id
            ELSE drawn.tenant_id
        END AS tenant_id,
        settlement.movement(
            'draw', drawn.kind, drawn.for_funder_id <> drawn.funder_id, summed.points > 0,
            schemes.breakage
        ) AS movement,
        settlement.kind_of(
            CASE WHEN drawn.for_funder_id <> drawn.funder_id THEN drawn.for_rule ELSE drawn.rule END
        ) AS kind
    FROM drawn
    CROSS JOIN LATERAL (
        VALUES (false, drawn.took), (true, drawn.took_late), (false, drawn.back), (true, drawn.back_late)
    ) AS summed (late, points)
    INNER JOIN tenants.schemes USING (scheme_id)
    UNION ALL
    SELECT
        granted.funder_id, schemes.funding, summed.late, summed.points, granted.tenant_id,
        settlement.movement('lot', granted.kind, false, true, schemes.breakage),
        settlement.kind_of(granted.rule)
    FROM granted
    CROSS JOIN LATERAL (
        VALUES (false, granted.given), (true, granted.given_late)
    ) AS summed (late, points)
    INNER JOIN tenants.schemes USING (scheme_id)
    UNION ALL
    SELECT
        shortages.funder_id, schemes.funding, entries.business_date < %(first_on)s::date, shortages.points,
        entries.tenant_id, settlement.movement('shortage', entries.kind, false, true, schemes.breakage),
        settlement.kind_of(shortages.rule)
    FROM federation.entries
    INNER JOIN federation.shortages
        ON
            shortages.member_id = entries.member_id
            AND shortages.entry_id
            = CASE entries.kind WHEN 'reversal' THEN entries.of_entry_id ELSE entries.entry_id END
    INNER JOIN tenants.schemes USING (scheme_id)
    WHERE
        entries.cycle_id = %(cycle_id)s::integer
        AND entries.booked_at >= %(since)s::timestamptz
        AND entries.kind IN ('return', 'reversal')
        AND shortages.met = 'deducted'
        AND shortages.cycle_id > (SELECT old.cycle_id FROM settlement.shortages_after AS old)
),

whole AS (
    SELECT funder_id, tenant_id, movement, kind, funding, late, sum(points) AS points
    FROM named
    WHERE points IS NOT NULL
    GROUP BY funder_id, tenant_id, movement, kind, funding, late
),

cells AS (
    SELECT
        funder_id, tenant_id, movement, kind, funding, late,
        coalesce(folded.points, 0)::bigint AS points, coalesce(whole.points, 0)::bigint AS whole
    FROM folded
    FULL JOIN whole USING (funder_id, tenant_id, movement, kind, funding, late)
)

SELECT
    coalesce(funder.code, '?' || cells.funder_id) AS funder,
    coalesce(tenant.code, '?' || cells.tenant_id) AS tenant,
    cells.movement, cells.kind, cells.funding, cells.late, cells.points, cells.whole
FROM cells
LEFT JOIN tenants.parties AS funder ON funder.party_id = cells.funder_id
LEFT JOIN tenants.parties AS tenant ON tenant.party_id = cells.tenant_id
WHERE cells.points <> cells.whole OR funder.code IS NULL OR tenant.code IS NULL
ORDER BY 1, 2, 3, 4, 5, 6
LIMIT %(most)s::integer
