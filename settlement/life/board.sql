-- Every cycle that has begun, newest first: its state, its plan, and what waits.
SELECT
    calendar.first_on AS cycle, calendar.last_on, coalesce(cycles.state, 'open') AS state,
    plans.plan, plans.prepared_by, approvals.approved_by,
    paid.payments, paid.paid_out_yen, paid.collected_yen, paid.failing, paid.open,
    (
        SELECT count(*) FROM settlement.disputes
        WHERE disputes.cycle_id = calendar.cycle_id AND disputes.state = 'open'
    ) AS disputes
FROM federation.cycles AS calendar
LEFT JOIN settlement.cycles USING (cycle_id)
LEFT JOIN LATERAL (
    SELECT prepared.plan, prepared.prepared_by FROM settlement.plans AS prepared
    WHERE prepared.cycle_id = calendar.cycle_id
    ORDER BY prepared.plan DESC
    LIMIT 1
) AS plans ON true
LEFT JOIN settlement.approvals
    ON approvals.cycle_id = calendar.cycle_id AND approvals.plan = plans.plan
CROSS JOIN LATERAL (
    SELECT
        count(*) AS payments,
        coalesce(sum(yen) FILTER (WHERE yen > 0 AND route <> 'KEPT'), 0)::bigint AS paid_out_yen,
        coalesce(-sum(yen) FILTER (WHERE yen < 0 AND route <> 'KEPT'), 0)::bigint AS collected_yen,
        count(*) FILTER (WHERE payments.state IN ('returned', 'failed', 'held')) AS failing,
        count(*) FILTER (WHERE payments.state IN ('planned', 'sent', 'short')) AS open
    FROM settlement.payments
    WHERE payments.cycle_id = calendar.cycle_id AND payments.state NOT IN ('void', 'again')
) AS paid
WHERE calendar.first_on <= %(today)s::date
ORDER BY calendar.cycle_id DESC
