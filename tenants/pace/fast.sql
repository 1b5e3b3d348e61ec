-- Whose points were spent oftener in a day, or sooner at another facility, or earned oftener in a day
-- than the pace of that day allows, in the next slice of the journal. Whoever runs this holds the mark of the notices.
WITH mark AS (
    SELECT
        noticed.number,
        least(
            noticed.number + %(most)s::bigint,
            coalesce((SELECT max(journal.number) FROM federation.journal), 0)
        ) AS upto
    FROM tenants.noticed
),

moved AS (
    SELECT
        entries.member_id, entries.entry_id, entries.kind, entries.at, entries.booked_at, entries.business_date,
        shops.facility_id,
        (
            SELECT max(paces.from_on) FROM tenants.paces
            WHERE paces.from_on <= entries.business_date
        ) AS pace_from_on
    FROM mark
    INNER JOIN federation.journal
        ON journal.number > mark.number AND journal.number <= mark.upto
    INNER JOIN federation.entries
        ON entries.member_id = journal.member_id
        AND entries.entry_id = journal.entry_id
        AND entries.booked_at = journal.booked_at
    INNER JOIN tenants.shops ON shops.shop_id = entries.shop_id
    -- what a capture spends was set aside by its hold
    WHERE entries.kind IN ('redemption', 'hold', 'accrual') AND entries.of_entry_id IS NULL
),

spent AS (
    SELECT * FROM moved WHERE moved.kind <> 'accrual'
),

fast AS (
    SELECT spent.member_id, spent.entry_id, spent.business_date, spent.booked_at, 'often' AS why
    FROM spent
    INNER JOIN tenants.paces ON paces.from_on = spent.pace_from_on
    INNER JOIN federation.used
        ON used.member_id = spent.member_id
        AND used.rule = 'spendings'
        AND used.used_on = spent.business_date
        AND used.points >= paces.redemptions
    UNION ALL
    SELECT moved.member_id, moved.entry_id, moved.business_date, moved.booked_at, 'earned' AS why
    FROM moved
    INNER JOIN tenants.paces ON paces.from_on = moved.pace_from_on
    INNER JOIN federation.used
        ON used.member_id = moved.member_id
        AND used.rule = 'earnings'
        AND used.used_on = moved.business_date
        AND used.points > paces.accruals
    WHERE moved.kind = 'accrual'
    UNION ALL
    SELECT spent.member_id, spent.entry_id, spent.business_date, spent.booked_at, 'far' AS why
    FROM spent
    INNER JOIN tenants.paces ON paces.from_on = spent.pace_from_on
    INNER JOIN federation.entries AS other
        ON other.member_id = spent.member_id
        AND other.entry_id <> spent.entry_id
        AND other.booked_at <= spent.booked_at
        AND other.booked_at > spent.booked_at - interval '1 day'
        AND other.at > spent.at - make_interval(mins => paces.apart_minutes)
        AND other.at < spent.at + make_interval(mins => paces.apart_minutes)
    INNER JOIN tenants.shops AS there
        ON there.shop_id = other.shop_id AND there.facility_id IS DISTINCT FROM spent.facility_id
    WHERE
        other.kind IN ('redemption', 'hold')
        AND other.of_entry_id IS NULL
        AND NOT EXISTS (
            SELECT FROM tenants.pace_stops
            WHERE
                pace_stops.member_id = spent.member_id
                AND pace_stops.released_at >= other.booked_at
        )
)

SELECT DISTINCT ON (member_id) member_id, entry_id, business_date, booked_at, why
FROM fast
ORDER BY member_id, booked_at DESC, entry_id DESC
