-- Who took a step of a cycle, the first first; without a step, all of them.
SELECT step, who, at FROM settlement.steps
WHERE
    cycle_id = %(cycle_id)s::integer
    AND (%(step)s::text IS NULL OR step = %(step)s)
ORDER BY number
