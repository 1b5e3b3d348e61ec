-- Members whose very first sale was on one of these days of a year.
SELECT firsts.member_id, firsts.first_on
FROM (
    SELECT member_id, min(first_on) AS first_on
    FROM tenants.first_sales
    WHERE member_id IN (
        SELECT sales.member_id
        FROM tenants.first_sales AS sales
        INNER JOIN unnest(%(months)s::integer [], %(days)s::integer []) AS asked (month, day)
            ON
                extract(MONTH FROM sales.first_on) = asked.month
                AND extract(DAY FROM sales.first_on) = asked.day
        WHERE sales.member_id > %(after)s::bigint
    )
    GROUP BY member_id
) AS firsts
INNER JOIN federation.members USING (member_id)
WHERE
    members.state = 'active'
    AND (extract(MONTH FROM firsts.first_on), extract(DAY FROM firsts.first_on)) IN (
        SELECT asked.month, asked.day
        FROM unnest(%(months)s::integer [], %(days)s::integer []) AS asked (month, day)
    )
ORDER BY firsts.member_id
LIMIT %(most)s::integer
