-- The next members for whom a promotion has begun or ended in the forty days up to a day.
SELECT member_id
FROM tenants.promotions
WHERE
    member_id > %(after)s::bigint
    AND (
        from_on BETWEEN %(day)s::date - 40 AND %(day)s::date
        OR to_on BETWEEN %(day)s::date - 41 AND %(day)s::date - 1
    )
GROUP BY member_id
ORDER BY member_id
LIMIT %(most)s::integer
