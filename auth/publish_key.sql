INSERT INTO auth.signing_keys (kid, jwk, sealed, published_at, use_from)
VALUES (%(kid)s, %(jwk)s, %(sealed)s, %(now)s, %(use_from)s)
