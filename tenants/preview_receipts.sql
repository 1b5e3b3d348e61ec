-- Sales of some business dates that stand, member by member in the order in which they were booked:
-- what earning looks at; how they were paid, or where that was not kept, what tenders gave.
SELECT
    entries.member_id, entries.entry_id, entries.tenant_id, entries.shop_id, entries.till,
    entries.receipt_till, entries.business_date, entries.at, entries.rank, entries.paid_yen,
    entries.excluded_yen, entries.lines, tenders.paid_yen AS paid_by,
    CASE WHEN tenders.entry_id IS NULL THEN (
        SELECT json_agg(json_build_array(lots.rule, lots.funder_id, lots.points))
        FROM federation.lots
        WHERE
            lots.member_id = entries.member_id
            AND lots.entry_id = entries.entry_id
            AND lots.rule LIKE 'tender:%%'
    ) END AS by_tender
FROM federation.entries
LEFT JOIN federation.tenders USING (member_id, entry_id)
WHERE
    entries.kind = 'accrual'
    AND entries.business_date BETWEEN %(from_on)s::date AND %(to_on)s::date
    AND entries.booked_at >= %(from_on)s::date - 1
    AND (entries.member_id, entries.entry_id) > (%(after_member)s::bigint, %(after_entry)s::bigint)
    AND NOT EXISTS (
        SELECT FROM federation.entries AS undone
        WHERE
            undone.member_id = entries.member_id
            AND undone.of_entry_id = entries.entry_id
            AND undone.kind = 'reversal'
    )
ORDER BY entries.member_id, entries.entry_id
LIMIT %(most)s::integer
