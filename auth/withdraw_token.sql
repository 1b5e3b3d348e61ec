INSERT INTO auth.withdrawn (jti, expires_at) VALUES (%(jti)s, %(expires_at)s)
ON CONFLICT DO NOTHING
