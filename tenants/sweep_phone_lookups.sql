-- Counts of days long past.
DELETE FROM tenants.phone_lookups WHERE since_at < %(before)s::timestamptz
