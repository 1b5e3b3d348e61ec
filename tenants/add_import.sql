-- A file with all its rows; the same file is kept once.
WITH file AS (
    INSERT INTO tenants.imports (import_id, client_id, rows, received_at, state, approved_at)
    VALUES (
        %(import_id)s::text, %(client_id)s::text, %(count)s::integer, %(now)s::timestamptz,
        %(state)s::text, CASE %(state)s::text WHEN 'approved' THEN %(now)s::timestamptz END
    )
    ON CONFLICT (import_id) DO NOTHING
    RETURNING import_id
)

INSERT INTO tenants.import_rows (import_id, line, state, content, funder, points, faults)
SELECT file.import_id, r.line, r.state, r.content, r.funder, r.points, r.faults
FROM file
CROSS JOIN json_to_recordset(%(rows)s::json) AS r (
    line integer, state text, content jsonb, funder text, points bigint, faults jsonb
)
