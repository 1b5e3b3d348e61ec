-- The points that a member could spend at a facility at this day: not held, not kept for later or
-- for another facility, not over.
SELECT coalesce(sum(lots.points_left - lots.points_held), 0)::bigint AS points
FROM federation.lots
INNER JOIN federation.wallets USING (member_id)
WHERE
    lots.member_id = %(member_id)s::bigint
    AND lots.points_left > lots.points_held
    AND lots.usable_from <= %(today)s::date
    AND coalesce(lots.expires_on, wallets.slides_on) >= %(today)s::date
    AND (lots.facility_id IS NULL OR lots.facility_id = %(facility_id)s::bigint)
