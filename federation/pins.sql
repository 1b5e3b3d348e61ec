-- The PINs of these cards, as digests, and how often each was given wrong.
SELECT carrier, digest, wrong_tries
FROM federation.pins
WHERE carrier = ANY(%(carriers)s::text [])
