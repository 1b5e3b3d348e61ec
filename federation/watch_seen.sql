-- What the watch has seen, for all hubs.
UPDATE federation.watched
SET
    looked_at = %(looked_at)s::timestamptz,
    since = coalesce(%(since)s::xid8, since),
    promises = %(promises)s::jsonb
