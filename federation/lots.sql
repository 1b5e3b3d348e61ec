-- A member's open lots at this instant, in the order in which they are spent; a hold past its time
-- keeps nothing, and what is past its day is there only where a hold still keeps it.
WITH kept AS (
    SELECT parts.lot_entry_id, parts.lot_part, sum(parts.points) AS points
    FROM federation.holds
    INNER JOIN federation.hold_parts AS parts USING (member_id, entry_id)
    WHERE
        holds.member_id = %(member_id)s::bigint
        AND holds.state = 'open'
        AND holds.expires_at > %(now)s::timestamptz
    GROUP BY parts.lot_entry_id, parts.lot_part
)

SELECT
    entry_id, part,
    CASE WHEN last_day >= %(today)s::date THEN points_left ELSE held END AS points,
    held AS points_held, last_day AS expires_on, sliding, usable_from, limited, facility_id, shop_id,
    rule
FROM (
    SELECT
        lots.*, coalesce(kept.points, 0)::bigint AS held, lots.expires_on IS NULL AS sliding,
        coalesce(lots.expires_on, wallets.slides_on) AS last_day
    FROM federation.wallets
    INNER JOIN federation.lots USING (member_id)
    LEFT JOIN kept ON kept.lot_entry_id = lots.entry_id AND kept.lot_part = lots.part
    WHERE wallets.member_id = %(member_id)s::bigint AND lots.points_left > 0
) AS mine
WHERE last_day >= %(today)s::date OR held > 0
ORDER BY last_day, limited DESC, entry_id, part
