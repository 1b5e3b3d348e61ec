-- How the promises stood at a minute: the last look by then, and what was broken at that instant.
SELECT
    looks.looked_at, looks.promises::text AS promises
FROM federation.looks
WHERE looks.minute_at <= %(at)s::timestamptz AND looks.minute_at > %(at)s::timestamptz - interval '2 minutes'
ORDER BY looks.minute_at DESC
LIMIT 1
