-- New credentials of the same kind; those before are believed a while longer. No row: there is no
-- such client, or it proves itself otherwise.
WITH first AS (
    UPDATE auth.clients
    SET believed_until = least(coalesce(believed_until, 'infinity'), %(old_until)s)
    WHERE client_id = %(client_id)s AND state = 'active' AND method = %(method)s
    RETURNING client_id
),
later AS (
    UPDATE auth.credentials AS one
    SET believed_until = least(coalesce(one.believed_until, 'infinity'), %(old_until)s)
    FROM first WHERE one.client_id = first.client_id
)
INSERT INTO auth.credentials (client_id, added_at, secret_sha256, jwk)
SELECT client_id, %(now)s, %(secret_sha256)s, %(jwk)s FROM first
