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

cells AS (
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, points
    FROM settlement.positions
    UNION ALL
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, points
    FROM settlement.unfolded
),

running AS (
    SELECT cells.* FROM cells INNER JOIN unstated USING (cycle_id) WHERE NOT unstated.summed
    UNION ALL
    SELECT
        flows.cycle_id, flows.funder_id, flows.tenant_id, flows.movement, flows.kind, flows.funding,
        flows.points
    FROM settlement.flows
    INNER JOIN unstated USING (cycle_id)
    WHERE unstated.summed
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
        CASE put.role WHEN 'funder' THEN running.funder_id ELSE running.tenant_id END AS party_id,
        'running' AS part, running.cycle_id, put.sign * running.points AS yen,
        put.issued * running.points AS issued, put.honoured * running.points AS honoured
    FROM running
    INNER JOIN put USING (funding, movement, kind)
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
)

SELECT
    asked.party_id, asked.code AS party, parts.part, calendar.first_on AS cycle,
    sum(parts.yen)::bigint AS yen, sum(parts.issued)::bigint AS issued,
    sum(parts.honoured)::bigint AS honoured
FROM asked
INNER JOIN parts USING (party_id)
INNER JOIN federation.cycles AS calendar USING (cycle_id)
GROUP BY asked.party_id, asked.code, parts.part, calendar.first_on
HAVING sum(parts.yen) <> 0 OR sum(parts.issued) <> 0 OR sum(parts.honoured) <> 0
ORDER BY asked.party_id, calendar.first_on, parts.part
