-- The journal's head at the end of each day after a day.
SELECT day_on, number, chain
FROM federation.heads
WHERE day_on > coalesce(%(after)s::date, '-infinity')
ORDER BY day_on
