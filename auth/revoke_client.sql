-- What it was before; no row for a client that never was.
WITH stood AS (
    SELECT client_id, state, tenant_id FROM auth.clients WHERE client_id = %(client_id)s FOR UPDATE
),
shut AS (
    UPDATE auth.clients AS client SET state = 'revoked', revoked_at = %(now)s
    FROM stood WHERE client.client_id = stood.client_id AND stood.state = 'active'
)
SELECT state, tenant_id FROM stood
