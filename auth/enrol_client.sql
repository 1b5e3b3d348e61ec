-- The client that a code described, with the key that came with the code.
INSERT INTO auth.clients (
    client_id, tenant_id, name, method, jwk, scopes, audience, tills, redirect_uris, dpop,
    pushed_only, created_at
)
VALUES (
    %(client_id)s, %(tenant_id)s, %(name)s, 'private_key_jwt', %(jwk)s, %(scopes)s, 'till',
    ARRAY[%(till)s], ARRAY[]::text[], %(dpop)s, false, %(now)s
)
