-- A payment by its reference.
SELECT
    payments.reference, payments.cycle_id, payments.party_id, payments.yen, payments.state,
    payments.difference, payments.settled_yen
FROM settlement.payments
WHERE payments.reference = %(reference)s::text
