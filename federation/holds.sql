-- The open holds of these members, and those that are asked for by number, with what they keep, in
-- the order in which their time is over.
SELECT
    holds.member_id, holds.entry_id, holds.tenant_id, holds.shop_id, holds.business_date,
    holds.points, holds.expires_at,
    holds.state,
    array_agg(parts.lot_entry_id ORDER BY parts.lot_entry_id, parts.lot_part) AS lot_entry_ids,
    array_agg(parts.lot_part ORDER BY parts.lot_entry_id, parts.lot_part) AS lot_parts,
    array_agg(parts.points ORDER BY parts.lot_entry_id, parts.lot_part) AS lot_points
FROM federation.holds
INNER JOIN federation.hold_parts AS parts USING (member_id, entry_id)
WHERE
    holds.member_id = ANY(%(members)s::bigint [])
    AND (holds.state = 'open' OR holds.entry_id = ANY(%(entries)s::bigint []))
GROUP BY holds.member_id, holds.entry_id
ORDER BY holds.member_id, holds.expires_at, holds.entry_id
