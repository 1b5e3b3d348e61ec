-- All entries of some members up to an instant, in the order in which they were booked.
SELECT
    entries.member_id, entries.entry_id, entries.kind, entries.tenant_id, entries.shop_id,
    entries.points, entries.business_date, entries.cycle_id, entries.booked_at, entries.of_entry_id,
    entries.slides_to, holds.points AS held_points, entries.receipt_till,
    entries.receipt_no
FROM federation.entries
LEFT JOIN federation.holds
    ON
        holds.member_id = entries.member_id
        AND holds.entry_id = entries.entry_id
        AND entries.kind = 'hold'
WHERE
    entries.member_id = ANY(%(members)s::bigint [])
    AND entries.booked_at <= %(until)s::timestamptz
ORDER BY entries.entry_id
