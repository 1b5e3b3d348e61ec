-- The draws of an entry that the reader may see: from which lots, by whom funded, in whose stead.
SELECT
    lot_entry_id, lot_part, points, funder_id, rule, scheme_id, for_funder_id, for_rule
FROM federation.draws
WHERE member_id = %(member_id)s::bigint AND entry_id = %(entry_id)s::bigint
ORDER BY lot_entry_id, lot_part, n
