-- What tenants are owed (+) or owe (-) of everything that is not settled, part by part: of one, of
-- those with a cap (capped), or of all. `owes` says what each movement owes whom, and how it counts
-- towards fees: base points issued, points honoured.
WITH asked AS (
    SELECT parties.party_id, parties.code
    FROM tenants.parties
    WHERE
        parties.kind = 'tenant'
        AND (%(party_id)s::bigint IS NULL OR parties.party_id = %(party_id)s)
        AND (
            NOT %(capped)s::boolean
            OR EXISTS (SELECT FROM settlement.caps WHERE caps.party_id = parties.party_id)
        )
),

put AS (
    SELECT funding, movement, kind, role, sign, issued, honoured
    FROM json_to_recordset(%(owes)s::json) AS p (
        funding text, movement text, kind text, role text, sign integer, issued integer,
        honoured integer
    )
),

unstated AS (
    SELECT calendar.cycle_id, coalesce(cycles.stage IN ('summed', 'stated'), false) AS summed
    FROM federation.cycles AS calendar
    LEFT JOIN settlement.cycles USING (cycle_id)
    WHERE
        NOT EXISTS (SELECT FROM settlement.statements WHERE statements.cycle_id = calendar.cycle_id)
),

-- A mall has as many cells as it has pairs of tenants: they are read once, and added up by their two
-- sides before anything is joined to them.
cells AS NOT MATERIALIZED (
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, points
    FROM settlement.positions
    WHERE cycle_id = ANY(ARRAY(SELECT unstated.cycle_id FROM unstated WHERE NOT unstated.summed))
    UNION ALL
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, points
    FROM settlement.unfolded
    WHERE cycle_id = ANY(ARRAY(SELECT unstated.cycle_id FROM unstated WHERE NOT unstated.summed))
    UNION ALL
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, points
    FROM settlement.flows
    WHERE cycle_id = ANY(ARRAY(SELECT unstated.cycle_id FROM unstated WHERE unstated.summed))
),

sides AS MATERIALIZED (
    SELECT cycle_id, 'funder' AS role, funder_id AS party_id, movement, kind, funding, sum(points) AS points
    FROM cells
    GROUP BY cycle_id, funder_id, movement, kind, funding
    UNION ALL
    SELECT cycle_id, 'tenant', tenant_id, movement, kind, funding, sum(points)
    FROM cells
    GROUP BY cycle_id, tenant_id, movement, kind, funding
),

-- A cycle whose statements are out, but whose payments are not made up yet.
unconfirmed AS (
    SELECT calendar.cycle_id
    FROM federation.cycles AS calendar
    LEFT JOIN settlement.cycles USING (cycle_id)
    WHERE coalesce(cycles.state, 'open') IN ('open', 'closed')
),

parts AS (
    SELECT
        sides.party_id, 'running' AS part, sides.cycle_id, put.sign * sides.points AS yen,
        put.issued * sides.points AS issued, put.honoured * sides.points AS honoured
    FROM sides
    INNER JOIN put USING (funding, movement, kind, role)
    UNION ALL
    SELECT statements.party_id, 'stated', statements.cycle_id, statements.total_yen, 0, 0
    FROM settlement.statements
    INNER JOIN unconfirmed USING (cycle_id)
    UNION ALL
    -- What was decided is in the statement itself once there is one.
    SELECT adjustments.party_id, 'beside', adjustments.cycle_id, adjustments.yen, 0, 0
    FROM settlement.adjustments
    INNER JOIN unconfirmed USING (cycle_id)
    LEFT JOIN unstated USING (cycle_id)
    WHERE NOT adjustments.in_statement OR unstated.cycle_id IS NOT NULL
    UNION ALL
    SELECT
        payments.party_id, 'unpaid', payments.cycle_id,
        sign(payments.yen)::bigint * (abs(payments.yen) - payments.settled_yen), 0, 0
    FROM settlement.payments
    WHERE payments.state NOT IN ('settled', 'void', 'again', 'carried')
    -- Held for a dispute: a debt counts until it is decided, a claim only afterwards.
    UNION ALL
    SELECT adjustments.party_id, 'disputed', adjustments.cycle_id, -adjustments.yen, 0, 0
    FROM settlement.adjustments
    INNER JOIN settlement.disputes USING (dispute_id)
    WHERE adjustments.kind = 'held' AND adjustments.yen > 0 AND disputes.state = 'open'
    UNION ALL
    SELECT lines.party_id, 'carried', lines.cycle_id, -lines.yen, 0, 0
    FROM settlement.lines
    WHERE
        lines.code = 402 AND lines.carry = 'out'
        AND lines.cycle_id = (SELECT max(latest.cycle_id) FROM settlement.statements AS latest)
),

summed AS MATERIALIZED (
    SELECT
        party_id, part, cycle_id, sum(yen)::bigint AS yen, sum(issued)::bigint AS issued,
        sum(honoured)::bigint AS honoured
    FROM parts
    GROUP BY party_id, part, cycle_id
    HAVING sum(yen) <> 0 OR sum(issued) <> 0 OR sum(honoured) <> 0
)

SELECT
    asked.party_id, asked.code AS party, summed.part, calendar.first_on AS cycle, summed.yen,
    summed.issued, summed.honoured
FROM asked
INNER JOIN summed USING (party_id)
INNER JOIN federation.cycles AS calendar USING (cycle_id)
ORDER BY asked.party_id, calendar.first_on, summed.part
