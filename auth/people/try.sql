INSERT INTO auth.tries (whose, tried_at)
SELECT unnest(%(whose)s::bytea []), %(now)s::timestamptz
