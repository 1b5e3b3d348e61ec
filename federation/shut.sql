-- Close a cycle at this instant, or say when it was closed.
UPDATE federation.cycles
SET closed_at = coalesce(
    closed_at,
    greatest(%(now)s::timestamptz, (SELECT max(closed_at) FROM federation.cycles))
)
WHERE cycle_id = %(cycle_id)s
RETURNING closed_at
