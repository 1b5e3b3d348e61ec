-- Entries without a number, where the books were brought here from another server: their
-- transactions are over, whatever they were called there; those that run here are left alone.
SELECT
    pg_snapshot_xmin(pg_current_snapshot())::text AS xid, entries.member_id, entries.entry_id,
    entries.booked_at
FROM federation.entries
WHERE
    (
        entries.xid < pg_snapshot_xmin(pg_current_snapshot())
        OR entries.xid >= pg_snapshot_xmax(pg_current_snapshot())
    )
    AND NOT EXISTS (
        SELECT FROM federation.journal
        WHERE
            journal.member_id = entries.member_id
            AND journal.entry_id = entries.entry_id
            AND journal.booked_at = entries.booked_at
    )
ORDER BY entries.booked_at, entries.entry_id, entries.member_id
LIMIT %(most)s::bigint
