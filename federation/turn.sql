-- Take turns per member, in order of id: the next statements must see what the last batch left.
SELECT
    member_id, rank, points, points_held, points_owed, state, next_expires_on,
    next_expiring_points, next_change_at, slides_on
FROM federation.wallets
WHERE member_id = ANY(%(members)s::bigint [])
ORDER BY member_id
FOR UPDATE
