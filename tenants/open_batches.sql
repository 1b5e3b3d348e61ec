-- Whose files are not settled yet.
SELECT DISTINCT tenant_id FROM tenants.batches WHERE state = 'open'
