-- The destinations of a demo or test that are allowed now.
SELECT host, port, host(address) AS address
FROM tenants.webhook_allowances
WHERE withdrawn_at IS NULL
ORDER BY allowance
