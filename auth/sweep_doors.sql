-- What is refused for its age needs no remembering. Used codes and refresh tokens stay a day, so
-- that a second use is known for what it is.
WITH requests AS (DELETE FROM auth.requests WHERE expires_at < %(before)s),
codes AS (DELETE FROM auth.codes WHERE expires_at < %(day_before)s),
refresh_tokens AS (DELETE FROM auth.refresh_tokens WHERE expires_at < %(day_before)s),
withdrawn AS (DELETE FROM auth.withdrawn WHERE expires_at < %(before)s)
DELETE FROM auth.proofs WHERE expires_at < %(before)s
