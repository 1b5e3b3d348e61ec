SELECT client_id, tenant_id, method, secret_sha256, jwk, scopes, audience, tills
FROM auth.clients
WHERE client_id = %(client_id)s AND state = 'active'
