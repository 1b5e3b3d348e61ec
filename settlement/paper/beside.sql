-- What else is known of a cycle's statements, of one party or of all: who closed, confirmed and
-- approved the cycle, under which plan; how the party is paid; what came of its statement before.
SELECT
    statements.party_id, cycles.closed_by AS drafted_by, cycles.sealed_at AS drafted_at,
    confirmed.who AS confirmed_by, confirmed.at AS confirmed_at,
    approved.plan, approved.approved_by, approved.approved_at,
    paid.route, paid.account, paid.holder, earlier.received_yen
FROM settlement.statements
INNER JOIN settlement.cycles USING (cycle_id)
LEFT JOIN LATERAL (
    SELECT steps.who, steps.at FROM settlement.steps
    WHERE steps.cycle_id = statements.cycle_id AND steps.step = 'confirmed'
    ORDER BY steps.number
    LIMIT 1
) AS confirmed ON true
LEFT JOIN LATERAL (
    SELECT approvals.plan, approvals.approved_by, approvals.approved_at
    FROM settlement.approvals
    INNER JOIN settlement.plans USING (cycle_id, plan)
    WHERE
        approvals.cycle_id = statements.cycle_id
        AND NOT plans.again
        AND NOT EXISTS (
            SELECT FROM settlement.payments
            WHERE
                payments.cycle_id = approvals.cycle_id
                AND payments.plan = approvals.plan
                AND payments.state = 'void'
        )
    ORDER BY approvals.plan DESC
    LIMIT 1
) AS approved ON true
LEFT JOIN LATERAL (
    SELECT payments.route, payments.account, payments.holder
    FROM settlement.payments
    WHERE
        payments.cycle_id = statements.cycle_id
        AND payments.party_id = statements.party_id
        AND payments.state <> 'void'
        AND (approved.plan IS NULL OR payments.plan = approved.plan)
    ORDER BY payments.plan DESC, payments.number
    LIMIT 1
) AS paid ON true
CROSS JOIN LATERAL (
    SELECT abs(sum(sign(payments.yen) * payments.settled_yen))::bigint AS received_yen
    FROM settlement.payments
    WHERE
        payments.party_id = statements.party_id
        AND payments.state NOT IN ('planned', 'void')
        AND payments.cycle_id = (
            SELECT max(previous.cycle_id) FROM settlement.statements AS previous
            WHERE
                previous.party_id = statements.party_id
                AND previous.cycle_id < statements.cycle_id
        )
) AS earlier
WHERE
    statements.cycle_id = %(cycle_id)s::integer
    AND (%(party_id)s::bigint IS NULL OR statements.party_id = %(party_id)s)
