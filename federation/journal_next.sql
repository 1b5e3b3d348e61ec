-- The next entries without a number: committed, and older than any booking that still runs, so that
-- none can come before them any more.
SELECT entries.xid::text AS xid, entries.member_id, entries.entry_id, entries.booked_at
FROM federation.entries
WHERE
    entries.xid >= (SELECT xid FROM federation.numbered)
    AND entries.xid < pg_snapshot_xmin(pg_current_snapshot())
    AND (entries.xid, entries.entry_id, entries.member_id)
    > (SELECT xid, entry_id, member_id FROM federation.numbered)
ORDER BY entries.xid, entries.entry_id, entries.member_id
LIMIT %(most)s::bigint
