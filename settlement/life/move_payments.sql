-- What became of payments.
UPDATE settlement.payments
SET
    state = %(state)s::text,
    difference = %(difference)s::text,
    settled_yen = %(settled_yen)s::bigint
WHERE reference = any(%(references)s::text [])
