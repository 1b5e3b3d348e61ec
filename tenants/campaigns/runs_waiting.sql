-- Runs that were agreed to and are not booked, or not undone, to the end.
SELECT run
FROM tenants.correction_runs
WHERE state IN ('approved', 'undo-approved')
ORDER BY proposed_at
