-- How many different members were there, and on how many days each, by day, week or month and place.
-- A member who undid all of a day was not there. People are counted by groups of groups: what a
-- count of distinct members would sort, this hashes.
WITH place AS (
    SELECT shop_id, dense_rank() OVER (ORDER BY code) AS n, code
    FROM unnest(%(shops)s::bigint [], %(codes)s::text []) AS named (shop_id, code)
),

there AS (
    SELECT place.n, visits.member_id, visits.business_date
    FROM tenants.visits
    INNER JOIN place ON place.shop_id = visits.shop_id
    WHERE visits.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    GROUP BY place.n, visits.member_id, visits.business_date
    HAVING sum(visits.visits) > 0
),

once AS (
    SELECT
        CASE %(grain)s::text
            WHEN 'day' THEN business_date
            WHEN 'week' THEN date_trunc('week', business_date::timestamp)::date
            WHEN 'month' THEN date_trunc('month', business_date::timestamp)::date
            ELSE %(first_on)s::date
        END AS since_on,
        n, member_id, count(*) AS visits
    FROM there
    GROUP BY 1, n, member_id
)

SELECT
    once.since_on, named.code, count(*) AS members, sum(once.visits)::bigint AS visits
FROM once
INNER JOIN (SELECT DISTINCT n, code FROM place) AS named ON named.n = once.n
GROUP BY once.since_on, named.code
ORDER BY once.since_on, named.code
