-- The days that members of their own want to be reminded on.
SELECT DISTINCT unnest(days) AS days
FROM tenants.member_reminders
WHERE kind = %(kind)s::text
