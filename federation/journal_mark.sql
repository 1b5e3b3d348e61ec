-- Up to here every entry has its number. Where books were brought here: from now on, what runs here.
UPDATE federation.numbered
SET
    xid = coalesce(%(xid)s::xid8, pg_snapshot_xmin(pg_current_snapshot())),
    entry_id = %(entry_id)s::bigint,
    member_id = %(member_id)s::bigint
