-- Campaigns whose last day lies before a day have ended.
UPDATE tenants.campaigns SET state = 'ended'
WHERE state = 'live' AND to_on < %(before)s::date AND plan IS NOT NULL
RETURNING code
