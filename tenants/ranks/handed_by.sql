-- What a slip of a shop handed over; and whatever else bears the slip that shall take it back.
SELECT slip, benefit, undone_slip
FROM tenants.benefit_uses
WHERE
    shop_id = %(shop_id)s::bigint
    AND (slip IN (%(of)s::text, %(slip)s::text) OR undone_slip = %(slip)s::text)
