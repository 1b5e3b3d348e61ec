SELECT host, port, host(address) AS address, allowed_at, withdrawn_at, author, reason
FROM tenants.webhook_allowances
ORDER BY allowance
