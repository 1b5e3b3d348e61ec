-- A member's open lots at this day, in the order in which they are spent.
SELECT
    entry_id, part,
    CASE WHEN expires_on >= %(today)s::date THEN points_left ELSE points_held END AS points,
    points_held, expires_on, usable_from, limited, facility_id, shop_id, rule
FROM federation.lots
WHERE
    member_id = %(member_id)s::bigint
    AND points_left > 0
    AND (expires_on >= %(today)s::date OR points_held > 0)
ORDER BY expires_on, limited DESC, entry_id, part
