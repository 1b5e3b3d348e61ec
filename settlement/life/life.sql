-- A cycle after its seal: its state, its window, the plan that counts, and who approved that.
SELECT
    calendar.cycle_id, calendar.first_on, calendar.last_on,
    coalesce(cycles.state, 'open') AS state,
    coalesce(cycles.stage = 'sealed', false) AS sealed, cycles.closed_by,
    windows.shown_bank_days, windows.objection_bank_days,
    plans.plan, plans.again, plans.prepared_by, plans.prepared_at,
    plans.transfers_on, plans.debits_on,
    NOT EXISTS (
        SELECT FROM settlement.payments
        WHERE
            payments.cycle_id = calendar.cycle_id
            AND payments.plan = plans.plan
            AND payments.state <> 'planned'
    ) AS untouched,
    approvals.approved_by, approvals.approved_at, approvals.sha256
FROM federation.cycles AS calendar
LEFT JOIN settlement.cycles USING (cycle_id)
CROSS JOIN LATERAL (
    SELECT shown_bank_days, objection_bank_days FROM settlement.windows
    WHERE windows.from_on <= calendar.last_on
    ORDER BY windows.from_on DESC
    LIMIT 1
) AS windows
LEFT JOIN LATERAL (
    SELECT prepared.* FROM settlement.plans AS prepared
    WHERE prepared.cycle_id = calendar.cycle_id
    ORDER BY prepared.plan DESC
    LIMIT 1
) AS plans ON true
LEFT JOIN settlement.approvals
    ON approvals.cycle_id = calendar.cycle_id AND approvals.plan = plans.plan
WHERE calendar.cycle_id = %(cycle_id)s::integer
