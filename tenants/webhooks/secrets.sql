-- The secrets that sign for these endpoints now, the newest first.
SELECT secrets.tenant_id, secrets.endpoint_id AS endpoint, secrets.sealed
FROM tenants.webhook_secrets AS secrets
INNER JOIN json_to_recordset(%(endpoints)s::json) AS one (tenant_id bigint, endpoint text)
    ON secrets.tenant_id = one.tenant_id AND secrets.endpoint_id = one.endpoint
WHERE secrets.ends_at IS NULL OR secrets.ends_at > %(now)s::timestamptz
ORDER BY secrets.tenant_id, secrets.endpoint_id, secrets.number DESC
