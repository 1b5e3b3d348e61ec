-- How many tills of a tenant are on now.
SELECT count(*) AS tills FROM tenants.tills
WHERE tenant_id = federation.reader() AND state = 'active'
