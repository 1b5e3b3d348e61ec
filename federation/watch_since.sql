-- From which transaction on the watch looks: whatever ran before `here` is over, and seen by now. The
-- last so many entries are looked at each time; the first look begins with what was booked lately.
SELECT
    pg_snapshot_xmin(pg_current_snapshot())::text AS here,
    (
        SELECT min(xid)::text FROM federation.entries WHERE booked_at >= %(lately)s::timestamptz
    ) AS lately,
    (
        SELECT min(last.xid)::text
        FROM (SELECT xid FROM federation.entries ORDER BY xid DESC LIMIT %(last)s::integer) AS last
    ) AS last
