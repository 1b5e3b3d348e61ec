-- Who agreed to a run, or to its undoing, and when: what its slips are dated by.
SELECT
    CASE WHEN %(undoes)s::boolean THEN undo_approved_by ELSE approved_by END AS who,
    CASE WHEN %(undoes)s THEN undo_approved_at ELSE approved_at END AS at
FROM tenants.correction_runs
WHERE run = %(run)s::text
