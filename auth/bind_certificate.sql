-- The certificate that a client's tokens are bound to from now on; the one before is taken a while
-- longer. No row: there is no such client, or it keeps no secret.
UPDATE auth.clients
SET
    certificate_sha256 = %(certificate)s,
    old_certificate_sha256 = certificate_sha256,
    old_certificate_until = %(old_until)s
WHERE client_id = %(client_id)s AND state = 'active' AND method <> 'none'
