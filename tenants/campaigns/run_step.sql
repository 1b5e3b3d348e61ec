-- A step of a run, from the state it names; nobody agrees to what that person proposed.
UPDATE tenants.correction_runs
SET
    state = %(to_state)s::text,
    approved_by = CASE WHEN %(to_state)s = 'approved' THEN %(who)s::text ELSE approved_by END,
    approved_at = CASE
        WHEN %(to_state)s = 'approved' THEN %(now)s::timestamptz ELSE approved_at
    END,
    undo_proposed_by = CASE
        WHEN %(to_state)s = 'undo-proposed' THEN %(who)s WHEN %(to_state)s = 'booked' THEN NULL
        ELSE undo_proposed_by
    END,
    undo_reason = coalesce(%(reason)s::text, undo_reason),
    undo_approved_by = CASE
        WHEN %(to_state)s = 'undo-approved' THEN %(who)s ELSE undo_approved_by
    END,
    undo_approved_at = CASE
        WHEN %(to_state)s = 'undo-approved' THEN %(now)s ELSE undo_approved_at
    END
WHERE
    run = %(run)s::text
    AND state = %(from_state)s::text
    AND (%(to_state)s <> 'approved' OR proposed_by <> %(who)s)
    AND (%(to_state)s <> 'undo-approved' OR undo_proposed_by <> %(who)s)
RETURNING run
