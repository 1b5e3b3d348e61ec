-- A sign-up waits for its code.
INSERT INTO auth.sign_ups (sign_up_sha256, code, expires_at)
VALUES (%(sign_up_sha256)s::bytea, %(code)s::bytea, %(expires_at)s::timestamptz)
