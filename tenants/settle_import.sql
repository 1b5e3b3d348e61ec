-- A file is done when none of its rows is left.
UPDATE tenants.imports
SET state = 'settled'
WHERE
    import_id = %(import_id)s::text
    AND state = 'approved'
    AND NOT EXISTS (
        SELECT FROM tenants.import_rows
        WHERE import_rows.import_id = %(import_id)s::text AND import_rows.state IN ('received', 'joined')
    )
