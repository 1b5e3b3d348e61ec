-- Who joined since a day and was at a place between two business dates, by place.
SELECT there.code, count(*) AS joined
FROM (
    SELECT place.code, visits.member_id
    FROM tenants.visits
    INNER JOIN unnest(%(shops)s::bigint [], %(codes)s::text []) AS place (shop_id, code)
        ON place.shop_id = visits.shop_id
    WHERE visits.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    GROUP BY place.code, visits.member_id
    HAVING sum(visits.visits) > 0
) AS there
INNER JOIN federation.members USING (member_id)
WHERE members.joined_on BETWEEN %(first_on)s::date AND %(last_on)s::date
GROUP BY there.code
ORDER BY there.code
