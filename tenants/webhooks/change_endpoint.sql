-- What an endpoint is from now on; switched on again, its failures are forgotten.
UPDATE tenants.webhook_endpoints
SET
    url = %(url)s::text, types = %(types)s::text [], description = %(description)s::text,
    failing_since = CASE WHEN %(state)s::text = 'enabled' AND state <> 'enabled' THEN NULL
        ELSE failing_since END,
    state = %(state)s::text, changed_at = %(now)s::timestamptz
WHERE tenant_id = %(tenant_id)s::bigint AND endpoint_id = %(endpoint)s::text
