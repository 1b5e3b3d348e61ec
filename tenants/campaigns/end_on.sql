-- An earlier last day for a campaign that gives, or would.
UPDATE tenants.campaigns SET to_on = %(to_on)s::date
WHERE
    code = %(code)s::text
    AND state IN ('live', 'paused')
    AND from_on <= %(to_on)s::date
    AND to_on > %(to_on)s::date
RETURNING campaign_id
