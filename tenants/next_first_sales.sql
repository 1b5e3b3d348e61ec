-- The first sale that stands of a member at a facility, among those that were followed already.
SELECT DISTINCT ON (entries.member_id, coalesce(shops.facility_id, 0))
    entries.member_id, coalesce(shops.facility_id, 0) AS facility_id, entries.shop_id,
    entries.business_date AS first_on, entries.entry_id, entries.points, entries.paid_yen,
    journal.number
FROM json_to_recordset(%(gone)s::json) AS g (member_id bigint, facility_id bigint)
INNER JOIN federation.entries USING (member_id)
INNER JOIN federation.journal USING (member_id, entry_id, booked_at)
INNER JOIN tenants.shops
    ON shops.shop_id = entries.shop_id AND coalesce(shops.facility_id, 0) = g.facility_id
WHERE
    entries.kind = 'accrual'
    AND journal.number <= %(number)s::bigint
    AND NOT EXISTS (
        SELECT FROM federation.entries AS undoing
        WHERE
            undoing.member_id = entries.member_id
            AND undoing.of_entry_id = entries.entry_id
            AND undoing.kind = 'reversal'
    )
ORDER BY entries.member_id, coalesce(shops.facility_id, 0), journal.number
