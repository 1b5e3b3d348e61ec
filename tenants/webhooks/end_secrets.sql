-- The secret in use signs on beside the next until this instant; the one before it no more.
UPDATE tenants.webhook_secrets
SET ends_at = CASE WHEN ends_at IS NULL THEN %(until)s::timestamptz ELSE %(now)s::timestamptz END
WHERE
    tenant_id = %(tenant_id)s::bigint
    AND endpoint_id = %(endpoint)s::text
    AND (ends_at IS NULL OR ends_at > %(now)s::timestamptz)
