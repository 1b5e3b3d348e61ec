-- Sign-ups whose code is over.
DELETE FROM auth.sign_ups WHERE expires_at <= %(now)s::timestamptz
