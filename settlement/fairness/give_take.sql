-- What each tenant's points did over a span of cycles, closed or running, and others' points at it:
-- of one tenant, or of all that gave or took anything.
WITH span AS (
    SELECT calendar.cycle_id, coalesce(cycles.stage, 'begun') IN ('summed', 'stated', 'sealed') AS summed
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
    SELECT rolled.funder_id, rolled.tenant_id, rolled.movement, rolled.kind, rolled.points
    FROM rolled
    INNER JOIN span USING (cycle_id)
    WHERE NOT span.summed
    UNION ALL
    SELECT flows.funder_id, flows.tenant_id, flows.movement, flows.kind, flows.points
    FROM settlement.flows
    INNER JOIN span USING (cycle_id)
    WHERE span.summed
),

signed AS (
    SELECT
        funder_id, tenant_id,
        CASE movement WHEN 'granted' THEN points WHEN 'recovered' THEN -points ELSE 0 END AS issued,
        CASE movement WHEN 'used' THEN points WHEN 'restored' THEN -points ELSE 0 END AS honoured
    FROM cells
    WHERE movement IN ('granted', 'recovered', 'used', 'restored') AND kind <> 'coupon'
),

sides AS (
    SELECT
        funder_id AS party_id, issued, CASE WHEN tenant_id = funder_id THEN honoured ELSE 0 END AS own,
        CASE WHEN tenant_id <> funder_id THEN honoured ELSE 0 END AS elsewhere, 0 AS others
    FROM signed
    UNION ALL
    SELECT tenant_id, 0, 0, 0, honoured FROM signed WHERE tenant_id <> funder_id
)

SELECT
    parties.party_id, parties.code AS party, sum(sides.issued)::bigint AS issued_points,
    sum(sides.own)::bigint AS own_here_points, sum(sides.elsewhere)::bigint AS own_elsewhere_points,
    sum(sides.others)::bigint AS others_here_points
FROM sides
INNER JOIN tenants.parties USING (party_id)
WHERE
    parties.kind = 'tenant'
    AND (%(party_id)s::bigint IS NULL OR parties.party_id = %(party_id)s)
GROUP BY parties.party_id, parties.code
ORDER BY parties.code
