-- A plan with its payments and files; the payments of the plan before, if none has left, are void.
WITH planned AS (
    INSERT INTO settlement.plans (
        cycle_id, plan, again, prepared_by, prepared_at, reason, transfers_on, debits_on
    )
    VALUES (
        %(cycle_id)s::integer, %(plan)s::smallint, %(again)s::boolean, %(who)s::text,
        %(now)s::timestamptz, %(reason)s::text, %(transfers_on)s::date, %(debits_on)s::date
    )
)

INSERT INTO settlement.payments (
    reference, cycle_id, plan, number, party_id, unit, yen, route, why, pays_on, account, customer,
    holder, of_reference, fee_yen
)
SELECT
    p.reference, %(cycle_id)s::integer, %(plan)s::smallint, p.number, parties.party_id, p.unit, p.yen,
    p.route, p.why, p.pays_on, p.account, p.customer, p.holder, p.of_reference,
    p.fee_yen
FROM json_to_recordset(%(payments)s::json) AS p (
    reference text, number integer, party text, unit text, yen bigint, route text, why text,
    pays_on date, account text, customer text, holder text, of_reference text, fee_yen bigint
)
INNER JOIN tenants.parties ON parties.code = p.party
