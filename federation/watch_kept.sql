-- What the watch saw is remembered: the worst of each minute, and each break from its first look to
-- the first that found it mended.
WITH seen AS (
    SELECT promise, checked, broken
    FROM jsonb_to_recordset(%(promises)s::jsonb) AS one (promise text, checked bigint, broken bigint)
),

mended AS (
    UPDATE federation.breaks SET until_at = %(looked_at)s::timestamptz
    FROM seen
    WHERE
        breaks.promise = seen.promise AND seen.broken = 0
        AND breaks.until_at IS NULL AND breaks.from_at < %(looked_at)s
),

lasting AS (
    UPDATE federation.breaks SET most_broken = greatest(breaks.most_broken, seen.broken)
    FROM seen
    WHERE breaks.promise = seen.promise AND seen.broken > 0 AND breaks.until_at IS NULL
),

begun AS (
    INSERT INTO federation.breaks (promise, from_at, most_broken)
    SELECT promise, %(looked_at)s::timestamptz, broken FROM seen
    WHERE
        broken > 0 AND NOT EXISTS (
            SELECT FROM federation.breaks AS known
            WHERE known.promise = seen.promise AND known.until_at IS NULL
        )
    ON CONFLICT DO NOTHING
)

INSERT INTO federation.looks (minute_at, looked_at, broken, promises)
SELECT
    date_trunc('minute', %(looked_at)s::timestamptz, 'UTC'), %(looked_at)s::timestamptz,
    sum(broken), jsonb_object_agg(promise, jsonb_build_array(checked, broken))
FROM seen
HAVING count(*) > 0
ON CONFLICT (minute_at) DO UPDATE
SET looked_at = excluded.looked_at, broken = excluded.broken, promises = excluded.promises
WHERE excluded.broken >= looks.broken
