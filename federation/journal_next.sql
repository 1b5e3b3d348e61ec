-- The next entries without a number: committed, and older than any booking that still runs, so that
-- none can come before them any more.
-- As JSON, in the order of their numbers; how many; and the last of them.
WITH taken AS (
    SELECT entries.xid::text AS xid, entries.member_id, entries.entry_id, entries.booked_at
    FROM federation.entries
    WHERE
        entries.xid >= (SELECT xid FROM federation.numbered)
        AND entries.xid < pg_snapshot_xmin(pg_current_snapshot())
        AND (entries.xid, entries.entry_id, entries.member_id)
        > (SELECT xid, entry_id, member_id FROM federation.numbered)
    ORDER BY entries.xid, entries.entry_id, entries.member_id
    LIMIT %(most)s::bigint
),

listed AS (
    SELECT
        json_agg(
            json_build_object('member_id', member_id, 'entry_id', entry_id, 'booked_at', booked_at)
            ORDER BY xid::xid8, entry_id, member_id
        )::text AS asked,
        count(*) AS entries
    FROM taken
)

SELECT
    listed.asked, listed.entries,
    (
        SELECT json_build_object('xid', xid, 'entry_id', entry_id, 'member_id', member_id)::text
        FROM taken ORDER BY xid::xid8 DESC, entry_id DESC, member_id DESC LIMIT 1
    ) AS mark
FROM listed
