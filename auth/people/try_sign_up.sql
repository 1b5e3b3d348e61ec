-- One more try of a sign-up's code, while there are any left; what the code is.
UPDATE auth.sign_ups
SET wrong_tries = wrong_tries + 1
WHERE
    sign_up_sha256 = %(sign_up_sha256)s::bytea
    AND wrong_tries < 5
    AND used_at IS NULL
    AND expires_at > %(now)s::timestamptz
RETURNING code
