-- The lots of some members, as they were granted.
SELECT
    member_id, entry_id, part, points, shop_id, funder_id, scheme_id, facility_id, limited, rule,
    usable_from, expires_on, from_member_id, from_entry_id, from_part
FROM federation.lots
WHERE member_id = ANY(%(members)s::bigint [])
ORDER BY member_id, entry_id, part
