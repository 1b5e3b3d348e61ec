-- No row: it was used before, here or in another process.
INSERT INTO auth.assertions (client_id, jti, expires_at)
VALUES (%(client_id)s, %(jti)s, %(expires_at)s)
ON CONFLICT DO NOTHING
