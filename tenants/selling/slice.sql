-- Up to which transaction the next slice reaches: about so many entries, and none that still runs.
SELECT
    mark.xid::text AS since,
    least(
        pg_snapshot_xmin(pg_current_snapshot()),
        greatest(
            (
                SELECT entries.xid FROM federation.entries
                WHERE entries.xid >= mark.xid
                ORDER BY entries.xid
                OFFSET %(most)s::integer
                LIMIT 1
            ),
            (mark.xid::text::numeric + 1)::text::xid8
        )
    )::text AS until,
    EXISTS (
        SELECT FROM federation.entries
        WHERE entries.xid >= mark.xid AND entries.xid < pg_snapshot_xmin(pg_current_snapshot())
    ) AS waits
FROM tenants.sales_mark AS mark
FOR UPDATE
