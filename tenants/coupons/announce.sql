-- The next members in line are told that a coupon is live: of its segment, or all; those who have not
-- bought yet where it is for a first visit. How many were looked at, how many were told.
WITH slice AS MATERIALIZED (
    SELECT wallets.member_id
    FROM federation.wallets
    CROSS JOIN tenants.coupons
    WHERE
        coupons.code = %(code)s::text
        AND coupons.state = 'live'
        AND wallets.state = 'active'
        AND wallets.member_id > coupons.told_up_to
    ORDER BY wallets.member_id
    LIMIT %(most)s::integer
),

told AS (
    INSERT INTO tenants.member_notices (member_id, occasion, kind, facts, due_at)
    SELECT slice.member_id, 'coupon/' || %(code)s::text, 'coupon', %(facts)s::jsonb, %(now)s::timestamptz
    FROM slice
    WHERE
        (
            %(segment)s::text IS NULL
            OR EXISTS (
                SELECT FROM federation.traits
                WHERE
                    traits.member_id = slice.member_id
                    AND traits.trait = %(segment)s::text
                    AND %(today)s::date BETWEEN traits.from_on AND traits.to_on
            )
        )
        AND (
            NOT %(first_visit)s::boolean
            OR NOT EXISTS (
                SELECT FROM federation.entries
                WHERE
                    entries.member_id = slice.member_id
                    AND entries.kind IN ('accrual', 'redemption')
            )
        )
    ON CONFLICT (member_id, occasion) DO NOTHING
    RETURNING member_id
),

marked AS (
    UPDATE tenants.coupons
    SET told_up_to = (SELECT max(slice.member_id) FROM slice)
    WHERE coupons.code = %(code)s::text AND EXISTS (SELECT FROM slice)
)

SELECT (SELECT count(*) FROM slice) AS looked_at, (SELECT count(*) FROM told) AS told
