-- Write down who took a step, and when.
INSERT INTO settlement.steps (cycle_id, number, step, who, at)
SELECT
    %(cycle_id)s::integer, coalesce(max(steps.number), 0) + 1, %(step)s::text, %(who)s::text,
    %(now)s::timestamptz
FROM settlement.steps
WHERE steps.cycle_id = %(cycle_id)s::integer
