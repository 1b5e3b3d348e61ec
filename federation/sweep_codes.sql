-- Codes that have been over for a day.
DELETE FROM federation.codes WHERE expires_at < %(before)s::timestamptz
