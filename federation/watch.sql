-- The promises of the books, asked of what was booked lately and of the members it concerned: per
-- promise how much was looked at and how much of it is broken.
WITH lately AS MATERIALIZED (
    SELECT member_id, entry_id, kind, shop_id, slip, points, business_date, cycle_id, booked_at
    FROM federation.entries
    WHERE xid >= %(since)s::xid8
),

touched AS MATERIALIZED (
    SELECT DISTINCT member_id FROM lately
),

held AS (
    SELECT
        wallets.member_id,
        wallets.points = coalesce(sum(lots.points_left), 0)
        AND wallets.points_held = coalesce(sum(lots.points_held), 0)
        AND wallets.next_expires_on IS NOT DISTINCT FROM min(
            coalesce(lots.expires_on, wallets.slides_on)
        ) FILTER (WHERE lots.points_left > lots.points_held) AS kept
    FROM touched
    INNER JOIN federation.wallets USING (member_id)
    LEFT JOIN federation.lots ON lots.member_id = wallets.member_id AND lots.points_left > 0
    GROUP BY wallets.member_id
),

moved AS (
    SELECT
        lately.entry_id,
        lately.points = coalesce(
            (
                SELECT sum(lots.points) FROM federation.lots
                WHERE lots.member_id = lately.member_id AND lots.entry_id = lately.entry_id
            ),
            0
        ) - coalesce(
            (
                SELECT sum(draws.points) FROM federation.draws
                WHERE draws.member_id = lately.member_id AND draws.entry_id = lately.entry_id
            ),
            0
        ) AS kept
    FROM lately
),

met AS (
    SELECT member_id, lots.entry_id, lots.part
    FROM lately
    INNER JOIN federation.lots USING (member_id, entry_id)
    UNION
    SELECT member_id, draws.lot_entry_id, draws.lot_part
    FROM lately
    INNER JOIN federation.draws USING (member_id, entry_id, booked_at)
),

traced AS (
    SELECT
        lots.entry_id,
        lots.points - lots.points_left = coalesce(
            (
                SELECT sum(draws.points) FROM federation.draws
                WHERE
                    draws.member_id = lots.member_id
                    AND draws.lot_entry_id = lots.entry_id
                    AND draws.lot_part = lots.part
            ),
            0
        ) AS kept
    FROM met
    INNER JOIN federation.attached_lots AS lots USING (member_id, entry_id, part)
),

timely AS (
    SELECT lately.entry_id, lately.booked_at <= coalesce(cycles.closed_at, 'infinity') AS kept
    FROM lately
    INNER JOIN federation.cycles USING (cycle_id)
),

answered AS (
    SELECT lately.entry_id, answers.slip IS NOT NULL AS kept
    FROM lately
    LEFT JOIN federation.slips USING (shop_id, slip)
    LEFT JOIN federation.answers
        ON answers.shop_id = slips.shop_id
        AND answers.slip = slips.slip
        AND answers.booked_at = slips.booked_at
    WHERE lately.slip IS NOT NULL
)

SELECT 'wallets' AS promise, count(*) AS checked, count(*) FILTER (WHERE NOT kept) AS broken FROM held
UNION ALL
SELECT 'entries', count(*), count(*) FILTER (WHERE NOT kept) FROM moved
UNION ALL
SELECT 'lots', count(*), count(*) FILTER (WHERE NOT kept) FROM traced
UNION ALL
SELECT 'cycles', count(*), count(*) FILTER (WHERE NOT kept) FROM timely
UNION ALL
SELECT 'slips', count(*), count(*) FILTER (WHERE NOT kept) FROM answered
