-- A client that may still come in, with every secret, key and certificate that is believed now.
WITH believed AS (
    SELECT secret_sha256, jwk, created_at AS added_at FROM auth.clients
    WHERE client_id = %(client_id)s AND coalesce(believed_until > %(now)s, true)
    UNION ALL
    SELECT secret_sha256, jwk, added_at FROM auth.credentials
    WHERE client_id = %(client_id)s AND coalesce(believed_until > %(now)s, true)
)
SELECT
    client.client_id, client.tenant_id, client.name, client.method, client.scopes,
    client.audience, client.tills, client.redirect_uris, client.dpop, client.pushed_only,
    ARRAY(
        SELECT secret_sha256 FROM believed WHERE secret_sha256 IS NOT NULL ORDER BY added_at DESC
    ) AS secrets,
    ARRAY(SELECT jwk FROM believed WHERE jwk IS NOT NULL ORDER BY added_at DESC) AS jwks,
    array_remove(
        ARRAY[
            client.certificate_sha256,
            CASE WHEN client.old_certificate_until > %(now)s THEN client.old_certificate_sha256 END
        ],
        NULL
    ) AS certificates
FROM auth.clients AS client
WHERE client.client_id = %(client_id)s AND client.state = 'active'
