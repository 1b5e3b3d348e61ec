-- What the journal says behind a number, as far as so many numbers lead: sales, visits, what undid or
-- brought back a sale, and who became one. A member that became one with another is that one now.
SELECT
    journal.number, entries.kind, entries.entry_id, entries.points, entries.paid_yen,
    entries.business_date, entries.shop_id, shops.facility_id,
    coalesce(members.merged_into, entries.member_id) AS member_id,
    entries.member_id AS booked_for,
    coalesce(entries.lines @? '$[*] ? (@.counts starts with "visit:")', false) AS visited,
    original.entry_id AS of_entry_id, original.business_date AS of_on,
    original.paid_yen - coalesce(back.returned_yen, 0) AS rest_yen
FROM federation.journal
INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
INNER JOIN federation.members USING (member_id)
INNER JOIN tenants.shops ON shops.shop_id = entries.shop_id
LEFT JOIN federation.entries AS original
    ON
        original.member_id = entries.member_id
        AND original.entry_id = entries.of_entry_id
        AND original.kind IN ('accrual', 'bonus')
LEFT JOIN LATERAL (
    SELECT sum(returned.returned_yen) AS returned_yen
    FROM federation.entries AS returned
    WHERE
        returned.member_id = original.member_id
        AND returned.of_entry_id = original.entry_id
        AND returned.kind = 'return'
) AS back ON true
WHERE
    journal.number > %(after)s::bigint
    AND journal.number <= %(after)s::bigint + %(most)s::bigint
    AND (
        entries.kind IN ('accrual', 'merge')
        OR (entries.kind = 'bonus' AND entries.lines IS NOT NULL)
        OR (entries.kind IN ('reversal', 'return') AND original.entry_id IS NOT NULL)
    )
ORDER BY journal.number
