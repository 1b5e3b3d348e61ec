-- 開示: everything that was booked for a member, wherever, oldest first.
SELECT
    entries.at, entries.business_date, entries.kind, shops.name AS shop, entries.points,
    entries.paid_yen, entries.receipt_no
FROM federation.entries
INNER JOIN tenants.shops USING (shop_id)
WHERE entries.member_id = %(member_id)s::bigint
ORDER BY entries.entry_id
