-- The open lots of these members.
SELECT
    member_id, entry_id, part, points, points_left, points_held, shop_id, funder_id, scheme_id,
    facility_id, limited, rule, usable_from, expires_on
FROM federation.lots
WHERE member_id = ANY(%(members)s::bigint []) AND points_left > 0
