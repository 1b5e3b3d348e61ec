-- The last runs of a job, the latest first.
SELECT due_at, began_at, ended_at, done, outcome, reason, asked, asked_by
FROM jobs.runs
WHERE name = %(name)s::text
ORDER BY run_id DESC
LIMIT %(most)s::integer
