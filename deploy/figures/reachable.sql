-- Of those who were at a place between two business dates and took no consent back (whose last word on
-- record is not a no), whom a mail reaches that they did not refuse, or LINE; by place.
SELECT
    there.code, count(*) FILTER (WHERE reach.mail OR reach.line) AS reachable,
    count(*) FILTER (WHERE reach.mail) AS by_mail, count(*) FILTER (WHERE reach.line) AS by_line
FROM (
    SELECT place.code, visits.member_id
    FROM tenants.visits
    INNER JOIN unnest(%(shops)s::bigint [], %(codes)s::text []) AS place (shop_id, code)
        ON place.shop_id = visits.shop_id
    WHERE visits.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    GROUP BY place.code, visits.member_id
    HAVING sum(visits.visits) > 0
) AS there
INNER JOIN federation.members ON members.member_id = there.member_id AND members.state = 'active'
    AND (
        SELECT consents.given FROM tenants.consents
        WHERE consents.member_id = members.member_id
        ORDER BY consents.consent_id DESC
        LIMIT 1
    ) IS NOT FALSE
CROSS JOIN LATERAL (
    SELECT
        EXISTS (
            SELECT FROM federation.profiles
            WHERE profiles.member_id = there.member_id AND profiles.email IS NOT NULL
        )
        AND NOT EXISTS (
            SELECT FROM tenants.mail_choices AS choices
            WHERE choices.member_id = there.member_id AND NOT choices.wanted
        ) AS mail,
        EXISTS (
            SELECT FROM federation.carriers
            WHERE
                carriers.member_id = there.member_id
                AND carriers.kind = 'line'
                AND carriers.state = 'active'
        ) AS line
) AS reach
GROUP BY there.code
ORDER BY there.code
