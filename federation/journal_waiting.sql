-- How far the sealer is: the last number, how many entries wait for theirs longer than they should
-- (of at most 10,000 that are counted), since which transaction the oldest waits, and where the
-- transactions are.
WITH mark AS (
    SELECT xid, entry_id, member_id FROM federation.numbered
),

waiting AS (
    SELECT entries.xid
    FROM federation.entries
    WHERE
        entries.xid >= (SELECT mark.xid FROM mark)
        AND (entries.xid, entries.entry_id, entries.member_id)
        > (SELECT mark.xid, mark.entry_id, mark.member_id FROM mark)
    ORDER BY entries.xid
    LIMIT 10000
)

SELECT
    (SELECT coalesce(max(number), 0) FROM federation.journal) AS number,
    (SELECT count(*) FROM waiting WHERE waiting.xid < %(over)s::xid8) AS late,
    (SELECT min(waiting.xid)::text FROM waiting) AS oldest,
    pg_snapshot_xmax(pg_current_snapshot())::text AS here
