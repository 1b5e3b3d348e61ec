-- What became of lines; a line that is decided is decided for ever.
UPDATE tenants.batch_lines AS line
SET
    state = settled.state, waits_for = settled.waits_for, outcome = settled.outcome,
    borne_points = settled.borne_points, spends_points = settled.spends_points
FROM json_to_recordset(%(settled)s::json) AS settled (
    number bigint, state text, waits_for text, outcome text, borne_points bigint,
    spends_points bigint
)
WHERE line.number = settled.number AND line.state IN ('received', 'judged', 'waiting')
