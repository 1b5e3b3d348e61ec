-- The key that signs goes; after a theft (`all`) the one that stands by goes too, and what was to
-- go later goes now.
UPDATE auth.signing_keys
SET retires_at = %(retires_at)s, use_from = coalesce(use_from, %(now)s)
WHERE (%(all)s AND (retires_at IS NULL OR retires_at > %(retires_at)s))
OR (retires_at IS NULL AND use_from IS NOT NULL)
