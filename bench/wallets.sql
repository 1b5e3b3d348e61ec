-- What the lots of the past come to, member by member.
INSERT INTO federation.wallets (
    member_id, points, next_expires_on, next_expiring_points, next_change_at
)
SELECT
    member_id, sum(points), min(expires_on),
    sum(points) FILTER (WHERE expires_on = soonest),
    (min(expires_on) + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
FROM (
    SELECT member_id, points, expires_on, min(expires_on) OVER (PARTITION BY member_id) AS soonest
    FROM federation.lots
) AS lots
GROUP BY member_id
