-- Where the points of an entry came from: each draw with its funder and, where the reader may see
-- it, the entry and receipt that granted the lot.
SELECT
    draws.lot_entry_id, draws.lot_part, draws.points, draws.funder_id, draws.rule, draws.scheme_id,
    granted.entry_id, granted.shop_id, granted.business_date, granted.receipt_till,
    granted.receipt_no, granted.slip
FROM federation.draws
LEFT JOIN federation.entries AS granted
    ON granted.member_id = draws.member_id AND granted.entry_id = draws.lot_entry_id
WHERE draws.member_id = %(member_id)s::bigint AND draws.entry_id = %(entry_id)s::bigint
ORDER BY draws.lot_entry_id, draws.lot_part
