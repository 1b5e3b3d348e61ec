-- The promises of the books, asked of what was booked lately and of the members it concerned: per
-- promise how much was looked at and how much of it is broken.
WITH lately AS MATERIALIZED (
    SELECT member_id, entry_id, kind, shop_id, slip, points, business_date, cycle_id, booked_at
    FROM federation.entries
    WHERE xid >= %(since)s::xid8
),

held AS (
    SELECT
        wallets.points = coalesce(own.points, 0)
        AND wallets.points_held = coalesce(own.points_held, 0)
        AND wallets.next_expires_on IS NOT DISTINCT FROM own.next_expires_on AS kept
    FROM (SELECT DISTINCT member_id FROM lately) AS touched
    INNER JOIN federation.wallets USING (member_id)
    CROSS JOIN LATERAL (
        SELECT
            sum(lots.points_left) AS points,
            sum(lots.points_held) AS points_held,
            min(coalesce(lots.expires_on, wallets.slides_on))
            FILTER (WHERE lots.points_left > lots.points_held) AS next_expires_on
        FROM federation.lots
        WHERE lots.member_id = wallets.member_id AND lots.points_left > 0
    ) AS own
),

granted AS MATERIALIZED (
    SELECT lots.member_id, lots.entry_id, lots.part, lots.points, lots.points_left
    FROM lately
    INNER JOIN federation.lots USING (member_id, entry_id)
),

drawn AS MATERIALIZED (
    SELECT draws.member_id, draws.entry_id, draws.lot_entry_id, draws.lot_part, draws.points
    FROM lately
    INNER JOIN federation.draws USING (member_id, entry_id, booked_at)
),

moved AS (
    SELECT sum(points) = 0 AS kept
    FROM (
        SELECT member_id, entry_id, points FROM lately
        UNION ALL
        SELECT member_id, entry_id, -points FROM granted
        UNION ALL
        SELECT member_id, entry_id, points FROM drawn
    ) AS parts
    GROUP BY member_id, entry_id
),

met AS (         -- the lots that were granted or drawn lately: what is gone from them, and if drawn
    SELECT member_id, entry_id, part, max(spent) AS spent, bool_or(drawn) AS drawn
    FROM (
        SELECT member_id, entry_id, part, points - points_left AS spent, false AS drawn
        FROM granted
        UNION ALL
        SELECT member_id, lot_entry_id, lot_part, NULL, true FROM drawn
    ) AS lots
    GROUP BY member_id, entry_id, part
),

traced AS (
    SELECT spent = 0 AS kept FROM met WHERE NOT drawn       -- a draw of it would be as young
    UNION ALL
    SELECT
        lots.points - lots.points_left = (
            SELECT sum(points) FROM federation.draws
            WHERE
                (member_id, lot_entry_id, lot_part) = (lots.member_id, lots.entry_id, lots.part)
        )
    FROM met
    INNER JOIN federation.attached_lots AS lots USING (member_id, entry_id, part)
    WHERE met.drawn
),

timely AS (
    SELECT lately.entry_id, lately.booked_at <= coalesce(cycles.closed_at, 'infinity') AS kept
    FROM lately
    INNER JOIN federation.cycles USING (cycle_id)
),

told AS (        -- an answer is found by its batch
    SELECT answers.shop_id, answers.slip, answers.booked_at
    FROM (SELECT DISTINCT booked_at, shop_id FROM lately) AS batches
    INNER JOIN federation.answers USING (booked_at, shop_id)
),

answered AS (
    SELECT lately.entry_id, told.slip IS NOT NULL AS kept
    FROM lately
    LEFT JOIN federation.slips USING (shop_id, slip)
    LEFT JOIN told
        ON (told.shop_id, told.slip, told.booked_at) = (slips.shop_id, slips.slip, slips.booked_at)
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
