-- Members after a given one who have points left under other schemes than this one.
SELECT DISTINCT member_id
FROM federation.lots
WHERE
    scheme_id <> %(scheme_id)s::integer
    AND points_left > points_held
    AND expires_on >= %(today)s::date
    AND member_id > %(after)s::bigint
ORDER BY member_id
LIMIT %(most)s::integer
