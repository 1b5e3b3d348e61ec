-- The payments of a cycle or of all: of one plan, or of all plans that still count.
SELECT
    payments.reference, payments.plan, payments.number, parties.code AS party, payments.unit,
    payments.yen, payments.route, payments.why, payments.pays_on, payments.account,
    payments.customer, payments.holder, payments.of_reference, payments.state,
    payments.difference, payments.settled_yen, payments.fee_yen
FROM settlement.payments
INNER JOIN tenants.parties ON parties.party_id = payments.party_id
WHERE
    (%(cycle_id)s::integer IS NULL OR payments.cycle_id = %(cycle_id)s)
    AND (payments.plan = %(plan)s::smallint OR (%(plan)s IS NULL AND payments.state <> 'void'))
ORDER BY payments.cycle_id, payments.plan, payments.number
