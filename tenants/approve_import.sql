-- A file may be worked off.
UPDATE tenants.imports
SET state = 'approved', approved_at = %(now)s::timestamptz
WHERE import_id = %(import_id)s::text AND state = 'proposed'
