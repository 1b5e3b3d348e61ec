-- What of a party's payments has not moved yet, with statements that are not confirmed; and its lines
-- in dispute.
SELECT
    (
        SELECT coalesce(sum(sign(payments.yen) * (abs(payments.yen) - payments.settled_yen)), 0)::bigint
        FROM settlement.payments
        WHERE
            payments.party_id = %(party_id)s::bigint
            AND payments.state NOT IN ('settled', 'void', 'again', 'carried')
    ) + (
        SELECT coalesce(sum(statements.total_yen), 0)::bigint
        FROM settlement.statements
        INNER JOIN settlement.cycles USING (cycle_id)
        WHERE statements.party_id = %(party_id)s AND cycles.state = 'closed'
    ) AS yen,
    (
        SELECT count(*) FROM settlement.disputes
        WHERE disputes.party_id = %(party_id)s AND disputes.state = 'open'
    ) AS disputes
