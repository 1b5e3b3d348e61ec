DELETE FROM auth.tries
WHERE whose = ANY(%(whose)s::bytea [])
OR (whose = ANY(%(once)s::bytea []) AND tried_at = ANY(%(at)s::timestamptz []))
