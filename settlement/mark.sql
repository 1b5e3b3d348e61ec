-- Write down that a stage is done, in the transaction that did it.
UPDATE settlement.cycles
SET
    stage = %(done)s::text,
    state = CASE WHEN %(closed_at)s::timestamptz IS NULL THEN state ELSE 'closed' END,
    closed_at = coalesce(closed_at, %(closed_at)s::timestamptz),
    sealed_at = coalesce(sealed_at, %(sealed_at)s::timestamptz)
WHERE cycle_id = %(cycle_id)s::integer AND stage = %(stage)s::text
RETURNING cycle_id
