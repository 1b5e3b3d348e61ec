-- Booked entries, newest first: one member's, one entry, or all that the reader may see.
SELECT
    member_id, entry_id, kind, shop_id, till, staff, slip, points, paid_yen, excluded_yen,
    receipt_till, receipt_no, at, business_date, cycle_id, booked_at
FROM federation.entries
WHERE
    (%(member_id)s::bigint IS NULL OR member_id = %(member_id)s)
    AND (%(entry_id)s::bigint IS NULL OR entry_id = %(entry_id)s)
    AND (%(tenant_id)s::bigint IS NULL OR tenant_id = %(tenant_id)s)
    AND (%(business_date)s::date IS NULL OR business_date = %(business_date)s)
    AND (%(before)s::bigint IS NULL OR entry_id < %(before)s)
ORDER BY entry_id DESC
LIMIT %(most)s::integer
