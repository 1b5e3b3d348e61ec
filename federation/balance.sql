-- What a member has at this day, read as if the clock's job had run: what is past its day counts
-- only where a hold keeps it.
SELECT
    wallets.rank,
    coalesce(sum(alive.points), 0)::bigint AS points,
    wallets.points_held,
    wallets.points_owed,
    wallets.state,
    min(lots.expires_on) FILTER (WHERE alive.points > 0) AS next_expires_on,
    coalesce(
        sum(alive.points) FILTER (WHERE lots.expires_on = soonest.expires_on), 0
    )::bigint AS next_expiring_points
FROM federation.wallets
LEFT JOIN federation.lots ON lots.member_id = wallets.member_id AND lots.points_left > 0
LEFT JOIN LATERAL (
    SELECT
        CASE WHEN lots.expires_on >= %(today)s::date THEN lots.points_left ELSE lots.points_held END
            AS points
) AS alive ON true
LEFT JOIN LATERAL (
    SELECT min(expires_on) AS expires_on
    FROM federation.lots AS others
    WHERE
        others.member_id = wallets.member_id
        AND others.points_left > 0
        AND (others.expires_on >= %(today)s::date OR others.points_held > 0)
) AS soonest ON true
WHERE wallets.member_id = %(member_id)s::bigint
GROUP BY wallets.member_id
