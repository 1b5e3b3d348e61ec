-- Close a cycle, or say when it was closed: after the close before, and not before anything that
-- was booked while whoever closes was on the way here. All writers wait, so nothing is missed.
UPDATE federation.cycles
SET closed_at = coalesce(
    closed_at,
    greatest(
        %(now)s::timestamptz,
        (SELECT max(closed_at) + interval '1 microsecond' FROM federation.cycles),
        (SELECT max(booked_at) FROM federation.entries WHERE booked_at > %(now)s::timestamptz)
    )
)
WHERE cycle_id = %(cycle_id)s
RETURNING closed_at
