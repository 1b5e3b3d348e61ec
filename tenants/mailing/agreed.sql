-- The reminders of a kind that are agreed for a day.
SELECT latest.days FROM (
    SELECT DISTINCT ON (days) days, wanted
    FROM tenants.reminders
    WHERE kind = %(kind)s::text AND from_on <= %(on)s::date
    ORDER BY days, from_on DESC
) AS latest
WHERE latest.wanted
ORDER BY latest.days DESC
