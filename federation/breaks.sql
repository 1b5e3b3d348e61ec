-- Breaks that reach into these days, the newest first.
SELECT promise, from_at, until_at, most_broken
FROM federation.breaks
WHERE from_at < %(until)s::timestamptz AND (until_at IS NULL OR until_at >= %(since)s::timestamptz)
ORDER BY from_at DESC, promise
LIMIT %(most)s::integer
