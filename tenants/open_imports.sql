-- Files that are to be worked off, the oldest first.
SELECT import_id FROM tenants.imports WHERE state = 'approved' ORDER BY received_at, import_id
