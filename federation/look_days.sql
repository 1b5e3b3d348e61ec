-- The days of the watch in Japan: minutes that were looked at, and those of which a look was broken.
SELECT
    (minute_at AT TIME ZONE 'Asia/Tokyo')::date AS on_day, count(*) AS minutes,
    count(*) FILTER (WHERE broken > 0) AS broken_minutes
FROM federation.looks
WHERE minute_at >= %(since)s::timestamptz
GROUP BY on_day
ORDER BY on_day
