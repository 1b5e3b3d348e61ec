-- What a member has at this instant, read as if the clock's job had run: holds past their time are
-- free again, and what is past its day counts only where a hold still keeps it.
WITH kept AS (
    SELECT parts.lot_entry_id, parts.lot_part, sum(parts.points) AS points
    FROM federation.holds
    INNER JOIN federation.hold_parts AS parts USING (member_id, entry_id)
    WHERE
        holds.member_id = %(member_id)s::bigint
        AND holds.state = 'open'
        AND holds.expires_at > %(now)s::timestamptz
    GROUP BY parts.lot_entry_id, parts.lot_part
),

alive AS (
    SELECT
        coalesce(lots.expires_on, wallets.slides_on) AS last_day,
        coalesce(kept.points, 0) AS held, lots.usable_from,
        CASE
            WHEN coalesce(lots.expires_on, wallets.slides_on) >= %(today)s::date
                THEN lots.points_left - coalesce(kept.points, 0)
            ELSE 0
        END AS free
    FROM federation.wallets
    INNER JOIN federation.lots USING (member_id)
    LEFT JOIN kept ON kept.lot_entry_id = lots.entry_id AND kept.lot_part = lots.part
    WHERE wallets.member_id = %(member_id)s::bigint AND lots.points_left > 0
)

SELECT
    CASE
        WHEN wallets.rank_since > %(today)s::date THEN coalesce(wallets.rank_before, wallets.rank)
        ELSE wallets.rank
    END AS rank,
    (SELECT coalesce(sum(free + held), 0) FROM alive)::bigint AS points,
    (SELECT coalesce(sum(held), 0) FROM alive)::bigint AS points_held,
    wallets.points_owed,
    wallets.state,
    (SELECT min(last_day) FROM alive WHERE free > 0) AS next_expires_on,
    (
        SELECT coalesce(sum(free), 0)
        FROM alive
        WHERE last_day = (SELECT min(soonest.last_day) FROM alive AS soonest WHERE soonest.free > 0)
    )::bigint AS next_expiring_points,
    (SELECT min(usable_from) FROM alive WHERE free > 0 AND usable_from > %(today)s::date)
        AS pending_from,
    (
        SELECT coalesce(sum(free), 0) FROM alive WHERE usable_from > %(today)s::date
    )::bigint AS pending_points
FROM federation.wallets
WHERE wallets.member_id = %(member_id)s::bigint
