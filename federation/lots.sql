-- A member's open lots at this day, in the order in which they are spent; sliding ones have the
-- wallet's day.
SELECT
    lots.entry_id, lots.part,
    CASE WHEN day.last_on >= %(today)s::date THEN lots.points_left ELSE lots.points_held END
        AS points,
    lots.points_held, day.last_on AS expires_on, lots.expires_on IS NULL AS slides,
    lots.usable_from, lots.limited, lots.facility_id, lots.shop_id, lots.rule
FROM federation.lots
INNER JOIN federation.wallets USING (member_id)
CROSS JOIN LATERAL (SELECT coalesce(lots.expires_on, wallets.slides_on) AS last_on) AS day
WHERE
    lots.member_id = %(member_id)s::bigint
    AND lots.points_left > 0
    AND (day.last_on >= %(today)s::date OR lots.points_held > 0)
ORDER BY day.last_on, lots.limited DESC, lots.entry_id, lots.part
