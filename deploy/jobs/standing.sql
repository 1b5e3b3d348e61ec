-- Where each job stands: the last instant for which it ended well, its last run, and the instants
-- after it that were tried so often that they are given up.
SELECT
    job.name,
    (
        SELECT max(runs.due_at) FROM jobs.runs
        WHERE runs.name = job.name AND runs.outcome = 'ok'
    ) AS done_up_to,
    last.due_at,
    last.began_at,
    last.ended_at,
    last.done,
    last.outcome,
    last.reason,
    (
        SELECT array_agg(tried.due_at) FROM (
            SELECT runs.due_at FROM jobs.runs
            WHERE runs.name = job.name AND NOT runs.asked AND runs.due_at > coalesce(
                (
                    SELECT max(good.due_at) FROM jobs.runs AS good
                    WHERE good.name = job.name AND good.outcome = 'ok'
                ),
                '-infinity'
            )
            GROUP BY runs.due_at
            HAVING count(*) >= %(most)s::bigint
        ) AS tried
    ) AS given_up
FROM unnest(%(names)s::text []) AS job (name)
LEFT JOIN LATERAL (
    SELECT * FROM jobs.runs WHERE runs.name = job.name ORDER BY runs.run_id DESC LIMIT 1
) AS last ON true
