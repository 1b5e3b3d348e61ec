-- A code works once and for ten minutes; of many who try at once, one gets the row.
UPDATE auth.client_enrolments
SET used_at = %(now)s::timestamptz
WHERE
    code_sha256 = decode(%(code)s::text, 'hex')
    AND used_at IS NULL
    AND expires_at > %(now)s::timestamptz
RETURNING client_id, tenant_id, till, name, scopes, dpop
