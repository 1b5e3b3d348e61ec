UPDATE jobs.runs
SET
    ended_at = %(at)s::timestamptz,
    done = %(done)s::bigint,
    outcome = CASE WHEN %(reason)s::text IS NULL THEN 'ok' ELSE 'failed' END,
    reason = %(reason)s::text
WHERE run_id = %(run_id)s::bigint AND ended_at IS NULL
