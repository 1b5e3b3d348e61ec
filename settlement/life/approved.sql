-- The approved plans of a cycle that no other plan took the place of.
SELECT
    approvals.plan, approvals.approved_by, approvals.sha256,
    EXISTS (
        SELECT FROM settlement.payments
        WHERE
            payments.cycle_id = approvals.cycle_id
            AND payments.plan = approvals.plan
            AND payments.state = 'planned'
    ) AS waits
FROM settlement.approvals
WHERE
    approvals.cycle_id = %(cycle_id)s::integer
    AND NOT EXISTS (
        SELECT FROM settlement.payments
        WHERE
            payments.cycle_id = approvals.cycle_id
            AND payments.plan = approvals.plan
            AND payments.state = 'void'
    )
ORDER BY approvals.plan
