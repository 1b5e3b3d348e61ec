-- What lots were before they were brought over from another scheme or another member (移行・統合).
WITH RECURSIVE root AS (
    SELECT
        asked.lot_entry_id, asked.lot_part, %(member_id)s::bigint AS member_id,
        asked.lot_entry_id AS entry_id, asked.lot_part AS part, 0 AS steps
    FROM unnest(%(entries)s::bigint [], %(parts)s::smallint []) AS asked (lot_entry_id, lot_part)
    UNION ALL
    SELECT
        root.lot_entry_id, root.lot_part, lots.from_member_id, lots.from_entry_id, lots.from_part,
        root.steps + 1
    FROM root
    INNER JOIN federation.lots USING (member_id, entry_id, part)
    WHERE lots.from_entry_id IS NOT NULL
)

SELECT DISTINCT ON (lot_entry_id, lot_part) lot_entry_id, lot_part, member_id, entry_id, part
FROM root
ORDER BY lot_entry_id, lot_part, steps DESC
