-- The head of the journal, and whether the books were brought here from another server, whose
-- transactions bear other numbers.
SELECT
    coalesce(head.number, 0) AS number,
    head.chain,
    numbered.xid >= pg_snapshot_xmax(pg_current_snapshot()) AS moved_house
FROM federation.numbered
LEFT JOIN (
    SELECT number, chain FROM federation.journal ORDER BY number DESC LIMIT 1
) AS head ON true
