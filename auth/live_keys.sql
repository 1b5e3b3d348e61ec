SELECT kid, sealed, published_at, use_from, retires_at FROM auth.signing_keys
WHERE retires_at IS NULL OR retires_at > %(now)s
ORDER BY published_at, use_from
