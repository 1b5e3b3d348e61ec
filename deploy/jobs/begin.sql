-- A run of a job begins: whoever writes this holds its lock, so one that has no end was broken off.
WITH broken AS (
    UPDATE jobs.runs SET ended_at = %(at)s::timestamptz, outcome = 'broken-off'
    WHERE name = %(name)s::text AND ended_at IS NULL
)

INSERT INTO jobs.runs (name, due_at, asked, asked_by, began_at, outcome)
VALUES (
    %(name)s::text, %(due_at)s::timestamptz, %(asked)s::boolean, %(asked_by)s::text,
    %(at)s::timestamptz, 'running'
)
RETURNING run_id
