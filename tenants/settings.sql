-- What every level says of every setting, all dates.
SELECT setting_id, level, of_id, key, from_on, value, author, reason, decided_at
FROM tenants.settings
