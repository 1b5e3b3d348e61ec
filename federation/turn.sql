-- Take turns per member, in order of id: the next statements must see what the last batch left. Of
-- these members, or of all who lined up (`line_up.sql`).
SELECT
    member_id, rank, points, points_held, points_owed, state, next_expires_on,
    next_expiring_points, next_change_at, slides_on
FROM federation.wallets
WHERE
    member_id = ANY(
        coalesce(%(members)s::bigint [], current_setting('meguri.concerned', true)::bigint [])
    )
ORDER BY member_id
FOR UPDATE
