-- What stands in the books and in no entry that has a number: entries that were put in behind the
-- sealer's back, or wait for it too long, and lots, draws, holds and shortages of no entry.
WITH mark AS (
    SELECT xid, entry_id, member_id FROM federation.numbered
),

unnumbered AS (
    SELECT
        entries.member_id, entries.entry_id, entries.booked_at,
        (entries.xid, entries.entry_id, entries.member_id) > (mark.xid, mark.entry_id, mark.member_id)
        OR mark.xid >= pg_snapshot_xmax(pg_current_snapshot()) AS waits
    FROM federation.entries
    LEFT JOIN federation.journal USING (member_id, entry_id, booked_at)
    CROSS JOIN mark
    WHERE journal.number IS NULL
),

booked AS (
    SELECT member_id, entry_id FROM federation.journal
    UNION
    SELECT member_id, entry_id FROM unnumbered
)

SELECT 'entry' AS part, entry_id, booked_at
FROM unnumbered
WHERE NOT waits OR booked_at < %(before)s::timestamptz
UNION ALL
SELECT 'draw', draws.entry_id, draws.booked_at
FROM federation.draws
LEFT JOIN federation.journal USING (member_id, entry_id, booked_at)
LEFT JOIN unnumbered USING (member_id, entry_id, booked_at)
WHERE journal.number IS NULL AND unnumbered.member_id IS NULL
UNION ALL
SELECT 'lot', lots.entry_id, NULL
FROM federation.lots
LEFT JOIN booked USING (member_id, entry_id)
WHERE booked.member_id IS NULL
UNION ALL
SELECT 'hold', holds.entry_id, holds.made_at
FROM federation.holds
LEFT JOIN booked USING (member_id, entry_id)
WHERE booked.member_id IS NULL
UNION ALL
SELECT 'held', hold_parts.entry_id, NULL
FROM federation.hold_parts
LEFT JOIN booked USING (member_id, entry_id)
WHERE booked.member_id IS NULL
UNION ALL
SELECT 'shortage', shortages.entry_id, shortages.booked_at
FROM federation.shortages
LEFT JOIN booked USING (member_id, entry_id)
WHERE booked.member_id IS NULL
