-- Where the points of an entry came from: each draw with its funder and, where the reader may see
-- it, the entry and receipt that granted the lot; behind a change-over, what it moved.
WITH RECURSIVE source AS (
    SELECT
        draws.member_id, draws.lot_entry_id AS first_entry_id, draws.lot_part, draws.points,
        draws.funder_id, draws.rule, draws.scheme_id, draws.lot_entry_id
    FROM federation.draws
    WHERE draws.member_id = %(member_id)s::bigint AND draws.entry_id = %(entry_id)s::bigint
    UNION ALL
    SELECT
        source.member_id, source.first_entry_id, source.lot_part, source.points, source.funder_id,
        source.rule, source.scheme_id, moved.lot_entry_id
    FROM source
    INNER JOIN federation.draws AS moved
        ON moved.member_id = source.member_id
        AND moved.entry_id = source.lot_entry_id
        AND moved.lot_part = source.lot_part
        AND moved.kind = 'changeover'
)

SELECT
    source.lot_entry_id, source.lot_part, source.points, source.funder_id, source.rule,
    source.scheme_id, granted.entry_id, granted.shop_id, granted.business_date,
    granted.receipt_till, granted.receipt_no, granted.slip
FROM source
LEFT JOIN federation.entries AS granted
    ON granted.member_id = source.member_id AND granted.entry_id = source.lot_entry_id
WHERE NOT EXISTS (
    SELECT FROM federation.draws AS moved
    WHERE
        moved.member_id = source.member_id
        AND moved.entry_id = source.lot_entry_id
        AND moved.lot_part = source.lot_part
        AND moved.kind = 'changeover'
)
ORDER BY source.first_entry_id, source.lot_part
