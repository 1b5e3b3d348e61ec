-- How fast points may be spent, all dates.
SELECT from_on, redemptions, apart_minutes
FROM tenants.paces
ORDER BY from_on
