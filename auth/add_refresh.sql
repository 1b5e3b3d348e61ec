INSERT INTO auth.refresh_tokens (token_sha256, client_id, grant_id, issued_at, expires_at)
VALUES (%(token_sha256)s, %(client_id)s, %(grant_id)s, %(now)s, %(expires_at)s)
