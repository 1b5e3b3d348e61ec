-- Entries without a number, where the books were brought here from another server: their
-- transactions are over, whatever they were called there; those that run here are left alone.
-- As JSON, in the order of their numbers; how many; and the last of them.
WITH taken AS (
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
),

listed AS (
    SELECT
        json_agg(
            json_build_object('member_id', member_id, 'entry_id', entry_id, 'booked_at', booked_at)
            ORDER BY booked_at, entry_id, member_id
        )::text AS asked,
        count(*) AS entries
    FROM taken
)

SELECT
    listed.asked, listed.entries,
    (
        SELECT json_build_object('xid', xid, 'entry_id', entry_id, 'member_id', member_id)::text
        FROM taken ORDER BY booked_at DESC, entry_id DESC, member_id DESC LIMIT 1
    ) AS mark
FROM listed
