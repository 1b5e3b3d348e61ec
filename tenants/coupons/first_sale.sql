-- The business date of a member's first sale that stands.
SELECT min(sold.business_date)
FROM federation.entries AS sold
WHERE
    sold.member_id = %(member_id)s::bigint
    AND sold.kind IN ('accrual', 'redemption')
    AND NOT EXISTS (
        SELECT FROM federation.entries AS undone
        WHERE
            undone.member_id = sold.member_id
            AND undone.of_entry_id = sold.entry_id
            AND undone.kind = 'reversal'
    )
