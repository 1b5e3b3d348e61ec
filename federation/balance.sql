-- What a member has at this day, read as if the clock's job had run: what is past its day counts
-- only where a hold keeps it. Sliding points have the wallet's day; what lapses next, and what cannot
-- be spent yet, is told of what no hold keeps.
WITH kept AS (
    SELECT
        lots.points_left, lots.points_held, lots.usable_from,
        coalesce(lots.expires_on, wallets.slides_on) AS last_on
    FROM federation.lots
    INNER JOIN federation.wallets USING (member_id)
    WHERE lots.member_id = %(member_id)s::bigint AND lots.points_left > 0
),

alive AS (
    SELECT usable_from, last_on, points_left - points_held AS free
    FROM kept
    WHERE last_on >= %(today)s::date AND points_left > points_held
)

SELECT
    rank, points_held, points_owed, state,
    (
        SELECT
            coalesce(sum(
                CASE WHEN last_on >= %(today)s::date THEN points_left ELSE points_held END
            ), 0)::bigint
        FROM kept
    ) AS points,
    (SELECT min(last_on) FROM alive) AS next_expires_on,
    (
        SELECT coalesce(sum(free), 0)::bigint
        FROM alive
        WHERE last_on = (SELECT min(last_on) FROM alive)
    ) AS next_expiring_points,
    (SELECT min(usable_from) FROM alive WHERE usable_from > %(today)s::date) AS pending_from,
    (
        SELECT coalesce(sum(free), 0)::bigint FROM alive WHERE usable_from > %(today)s::date
    ) AS pending_points
FROM federation.wallets
WHERE member_id = %(member_id)s::bigint
