SELECT FROM jobs.runs
WHERE name = %(name)s::text AND due_at = %(due_at)s::timestamptz AND outcome = 'ok'
LIMIT 1
