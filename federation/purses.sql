-- The open lots of these members, or of those who lined up to spend (`line_up.sql`).
SELECT
    member_id, entry_id, part, points, points_left, points_held, shop_id, funder_id, scheme_id,
    facility_id, limited, rule, usable_from, expires_on
FROM federation.lots
WHERE
    member_id = ANY(
        coalesce(%(members)s::bigint [], current_setting('meguri.spenders', true)::bigint [])
    )
    AND points_left > 0
