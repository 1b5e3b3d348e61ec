-- How fast points may move, all dates.
SELECT from_on, redemptions, apart_minutes, accruals
FROM tenants.paces
ORDER BY from_on
