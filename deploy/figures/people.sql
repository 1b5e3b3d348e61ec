-- How many different members were there, and on how many days each, by column and place. A member who
-- undid all of a day was not there. Each column is counted by itself: what a page groups at once is then
-- small enough to stay near.
WITH place AS (
    SELECT shop_id, dense_rank() OVER (ORDER BY code) AS n, code
    FROM unnest(%(shops)s::bigint [], %(codes)s::text []) AS named (shop_id, code)
)

SELECT spans.since_on, named.code, counted.members, counted.visits
FROM unnest(%(columns)s::date [], %(firsts)s::date [], %(lasts)s::date [])
    AS spans (since_on, first_on, last_on)
CROSS JOIN LATERAL (
    SELECT once.n, count(*) AS members, sum(once.visits)::bigint AS visits
    FROM (
        SELECT there.n, there.member_id, count(*) AS visits
        FROM (
            SELECT place.n, visits.member_id, visits.business_date
            FROM tenants.visits
            INNER JOIN place ON place.shop_id = visits.shop_id
            WHERE visits.business_date BETWEEN spans.first_on AND spans.last_on
            GROUP BY place.n, visits.member_id, visits.business_date
            HAVING sum(visits.visits) > 0
        ) AS there
        GROUP BY there.n, there.member_id
    ) AS once
    GROUP BY once.n
) AS counted
INNER JOIN (SELECT DISTINCT n, code FROM place) AS named ON named.n = counted.n
ORDER BY spans.since_on, named.code
