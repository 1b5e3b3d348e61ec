-- What stands behind the slips that are to be undone: their entries, whether they were undone before,
-- and whether all that they granted is still there.
SELECT
    entries.shop_id, entries.slip, entries.entry_id, entries.kind, entries.points,
    entries.business_date,
    EXISTS (
        SELECT FROM federation.entries AS later
        WHERE later.member_id = entries.member_id AND later.of_entry_id = entries.entry_id
    ) AS undone,
    NOT EXISTS (
        SELECT FROM federation.lots
        WHERE
            lots.member_id = entries.member_id
            AND lots.entry_id = entries.entry_id
            AND (lots.points_left < lots.points OR lots.points_held > 0)
    ) AS whole
FROM unnest(%(members)s::bigint [], %(shops)s::bigint [], %(slips)s::text [])
    AS asked (member_id, shop_id, slip)
INNER JOIN federation.entries USING (member_id, shop_id, slip)
ORDER BY entries.entry_id
