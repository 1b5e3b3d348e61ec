-- Where these rows of a file stand now.
UPDATE tenants.import_rows
SET
    state = r.state,
    content = CASE WHEN r.state = 'joined' THEN import_rows.content END,
    member_id = CASE WHEN r.state <> 'refused' THEN coalesce(r.member_id, import_rows.member_id) END,
    faults = r.faults
FROM json_to_recordset(%(rows)s::json) AS r (
    line integer, state text, member_id bigint, faults jsonb
)
WHERE import_rows.import_id = %(import_id)s::text AND import_rows.line = r.line
