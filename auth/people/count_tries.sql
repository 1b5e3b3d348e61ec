SELECT whose, count(*) FROM auth.tries
WHERE whose = ANY(%(whose)s::bytea []) AND tried_at > %(since)s::timestamptz
GROUP BY whose
