-- What each tenant's points did over a span of cycles, closed or running, and others' points at it:
-- of one tenant, or of all that gave or took anything; where `apart` asks for it, by cycle and
-- counterpart, and whether the points were the counterpart's.
WITH span AS (
    SELECT calendar.cycle_id, calendar.first_on, coalesce(cycles.stage, 'begun') IN ('summed', 'stated', 'sealed') AS summed
    FROM federation.cycles AS calendar
    LEFT JOIN settlement.cycles USING (cycle_id)
    WHERE calendar.first_on <= %(last_on)s::date AND calendar.last_on >= %(first_on)s::date
),

rolled AS (
    SELECT cycle_id, funder_id, tenant_id, movement, kind, points FROM settlement.positions
    UNION ALL
    SELECT cycle_id, funder_id, tenant_id, movement, kind, points FROM settlement.unfolded
),

cells AS (
    SELECT
        span.first_on, rolled.funder_id, rolled.tenant_id, rolled.movement, rolled.kind, rolled.points
    FROM rolled
    INNER JOIN span USING (cycle_id)
    WHERE NOT span.summed
    UNION ALL
    SELECT
        span.first_on, flows.funder_id, flows.tenant_id, flows.movement, flows.kind, flows.points
    FROM settlement.flows
    INNER JOIN span USING (cycle_id)
    WHERE span.summed
),

signed AS (
    SELECT
        first_on, funder_id, tenant_id,
        CASE movement WHEN 'granted' THEN points WHEN 'recovered' THEN -points ELSE 0 END AS issued,
        CASE movement WHEN 'used' THEN points WHEN 'restored' THEN -points ELSE 0 END AS honoured
    FROM cells
    WHERE movement IN ('granted', 'recovered', 'used', 'restored') AND kind <> 'coupon'
),

sides AS (
    SELECT
        first_on, funder_id AS party_id, tenant_id AS other_id, false AS theirs, issued, CASE WHEN tenant_id = funder_id THEN honoured ELSE 0 END AS own,
        CASE WHEN tenant_id <> funder_id THEN honoured ELSE 0 END AS elsewhere, 0 AS others
    FROM signed
    UNION ALL
    SELECT first_on, tenant_id, funder_id, true, 0, 0, 0, honoured FROM signed WHERE tenant_id <> funder_id
)

SELECT
    parties.party_id, parties.code AS party, sum(sides.issued)::bigint AS issued_points,
    sum(sides.own)::bigint AS own_here_points, sum(sides.elsewhere)::bigint AS own_elsewhere_points,
    sum(sides.others)::bigint AS others_here_points, apart.cycle, others.code AS other, apart.theirs
FROM sides
INNER JOIN tenants.parties USING (party_id)
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN %(apart)s::boolean THEN sides.first_on END AS cycle,
        CASE WHEN %(apart)s::boolean THEN sides.other_id END AS other_id,
        CASE WHEN %(apart)s::boolean THEN sides.theirs END AS theirs
) AS apart
LEFT JOIN tenants.parties AS others ON others.party_id = apart.other_id
WHERE
    parties.kind = 'tenant'
    AND (%(party_id)s::bigint IS NULL OR parties.party_id = %(party_id)s)
GROUP BY parties.party_id, parties.code, apart.cycle, others.code, apart.theirs
ORDER BY parties.code, apart.cycle DESC, others.code, apart.theirs
