-- How many different members were there on two days, up to an hour.
SELECT business_date, count(*) AS members
FROM (
    SELECT visits.business_date, visits.member_id
    FROM tenants.visits
    WHERE
        visits.business_date = ANY(%(days)s::date [])
        AND visits.hour <= %(hour)s::integer
        AND visits.shop_id = ANY(%(shops)s::bigint [])
    GROUP BY visits.business_date, visits.member_id
    HAVING sum(visits.visits) > 0
) AS there
GROUP BY business_date
