SELECT pg_advisory_xact_lock(hashtext('auth.signing_keys'))
