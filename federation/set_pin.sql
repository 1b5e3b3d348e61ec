-- A card's PIN is set anew; its wrong tries are forgotten.
INSERT INTO federation.pins (carrier, digest)
SELECT carrier, digest
FROM unnest(%(carriers)s::text [], %(digests)s::bytea []) AS p (carrier, digest)
ON CONFLICT (carrier) DO UPDATE SET digest = excluded.digest, wrong_tries = 0
