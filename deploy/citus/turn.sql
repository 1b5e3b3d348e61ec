-- The wallets of those who lined up. Rows of many machines cannot be locked in one statement: the
-- lock is the one that `line_up.sql` took on the coordinator, which every desk takes, and no other
-- session but a desk's may change points. Whoever freezes a wallet must take that lock too.
SELECT
    member_id, rank, points, points_held, points_owed, state, next_expires_on,
    next_expiring_points, next_change_at, slides_on
FROM federation.wallets
WHERE
    member_id = ANY(
        coalesce(%(members)s::bigint [], current_setting('meguri.concerned', true)::bigint [])
    )
ORDER BY member_id
