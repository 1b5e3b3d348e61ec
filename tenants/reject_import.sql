-- A file is not worked off, and what it said is forgotten.
WITH file AS (
    UPDATE tenants.imports SET state = 'rejected'
    WHERE import_id = %(import_id)s::text AND state = 'proposed'
    RETURNING import_id
)

UPDATE tenants.import_rows
SET state = 'refused', content = NULL, faults = '[["", "rejected"]]'
FROM file
WHERE import_rows.import_id = file.import_id AND import_rows.state = 'received'
