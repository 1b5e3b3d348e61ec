-- Counts of minutes long past.
DELETE FROM tenants.lookups WHERE minute_at < %(before)s::timestamptz
