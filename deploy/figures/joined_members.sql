-- The members behind a count: those there are, or who joined or left between two days; of some shops,
-- only who was there in these days. Those who became one with another did not leave.
WITH there AS (
    SELECT visits.member_id
    FROM tenants.visits
    WHERE
        %(at_shops)s::boolean
        AND visits.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND visits.shop_id = ANY(%(shops)s::bigint [])
    GROUP BY visits.member_id
    HAVING sum(visits.visits) > 0
)

SELECT
    members.member_id, members.joined_on, members.state,
    (members.left_at AT TIME ZONE 'Asia/Tokyo')::date AS left_on, count(*) OVER () AS whole
FROM federation.members
WHERE
    CASE %(who)s::text
        WHEN 'active' THEN members.state = 'active'
        WHEN 'joined' THEN members.joined_on BETWEEN %(first_on)s::date AND %(last_on)s::date
        ELSE
            members.state = 'withdrawn'
            AND (members.left_at AT TIME ZONE 'Asia/Tokyo')::date
            BETWEEN %(first_on)s::date AND %(last_on)s::date
    END
    AND (NOT %(at_shops)s::boolean OR members.member_id IN (SELECT there.member_id FROM there))
ORDER BY members.joined_on DESC, members.member_id DESC
LIMIT %(most)s::integer
OFFSET %(skip)s::integer
