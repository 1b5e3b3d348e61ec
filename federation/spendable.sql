-- The points that a member could spend at a facility at this instant: not held, not kept for later
-- or for another facility, not over.
SELECT coalesce(sum(lots.points_left - coalesce(kept.points, 0)), 0)::bigint AS points
FROM federation.lots
INNER JOIN federation.wallets USING (member_id)
LEFT JOIN LATERAL (
    SELECT sum(parts.points) AS points
    FROM federation.hold_parts AS parts
    INNER JOIN federation.holds USING (member_id, entry_id)
    WHERE
        parts.member_id = lots.member_id
        AND parts.lot_entry_id = lots.entry_id
        AND parts.lot_part = lots.part
        AND holds.state = 'open'
        AND holds.expires_at > %(now)s::timestamptz
) AS kept ON lots.points_held > 0
WHERE
    lots.member_id = %(member_id)s::bigint
    AND lots.points_left > 0
    AND lots.usable_from <= %(today)s::date
    AND coalesce(lots.expires_on, wallets.slides_on) >= %(today)s::date
    AND (lots.facility_id IS NULL OR lots.facility_id = %(facility_id)s::bigint)
