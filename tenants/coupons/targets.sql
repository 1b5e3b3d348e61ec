-- To how many members a coupon would be shown, and how many there are: of its segment, or all; those
-- who have not bought yet where it is for a first visit.
SELECT
    count(*) FILTER (
        WHERE
            (
                %(segment)s::text IS NULL
                OR EXISTS (
                    SELECT FROM federation.traits
                    WHERE
                        traits.member_id = wallets.member_id
                        AND traits.trait = %(segment)s::text
                        AND %(today)s::date BETWEEN traits.from_on AND traits.to_on
                )
            )
            AND (
                NOT %(first_visit)s::boolean
                OR NOT EXISTS (
                    SELECT FROM federation.entries
                    WHERE
                        entries.member_id = wallets.member_id
                        AND entries.kind IN ('accrual', 'redemption')
                )
            )
    ) AS shown,
    count(*) AS members
FROM federation.wallets
WHERE wallets.state = 'active'
