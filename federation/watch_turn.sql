-- Whose turn it is to look at the promises: whoever asks first once the last turn is so many seconds
-- old. What was seen last comes along, for who need not look.
WITH turn AS (
    UPDATE federation.watched
    SET next_look_at = clock_timestamp() + make_interval(secs => %(seconds)s::double precision)
    WHERE next_look_at <= clock_timestamp()
    RETURNING one
)

SELECT
    EXISTS (SELECT FROM turn) AS ours, looked_at, since::text AS since, promises::text AS promises
FROM federation.watched
