DELETE FROM jobs.runs
WHERE
    ended_at < %(before)s::timestamptz
    AND run_id NOT IN (SELECT max(last.run_id) FROM jobs.runs AS last GROUP BY last.name)
    AND run_id NOT IN (
        SELECT max(good.run_id) FROM jobs.runs AS good WHERE good.outcome = 'ok' GROUP BY good.name
    )
