-- What became of every funder's points up to an instant, movement by movement, and what was
-- outstanding then, told another way: backwards, from what is left of each lot. As in
-- federation/outstanding.sql, what was past its last day then has lapsed, booked or not, but where a
-- hold kept it; change-overs and merges move points and issue nothing. Where `with_fates` asks for it,
-- also what became of the points that were issued in each month, month by month, by the business dates
-- of what was booked: the history that a forecast learns from. What was issued in months that were
-- detached teaches nothing any more. Every lot and every draw is read once.
WITH RECURSIVE moved AS (
    SELECT
        lots.member_id, lots.entry_id, lots.part, lots.from_member_id, lots.from_entry_id,
        lots.from_part
    FROM federation.lots
    WHERE lots.from_entry_id IS NOT NULL
    UNION ALL
    SELECT
        moved.member_id, moved.entry_id, moved.part, lots.from_member_id, lots.from_entry_id,
        lots.from_part
    FROM moved
    INNER JOIN federation.lots
        ON lots.member_id = moved.from_member_id
        AND lots.entry_id = moved.from_entry_id
        AND lots.part = moved.from_part
    WHERE lots.from_entry_id IS NOT NULL
),

first AS (
    SELECT
        moved.member_id, moved.entry_id, moved.part,
        coalesce(entries.business_date, lots.usable_from) AS issued_on
    FROM moved
    INNER JOIN federation.lots
        ON lots.member_id = moved.from_member_id
        AND lots.entry_id = moved.from_entry_id
        AND lots.part = moved.from_part
    LEFT JOIN federation.entries
        ON entries.member_id = lots.member_id AND entries.entry_id = lots.entry_id
    WHERE lots.from_entry_id IS NULL
),

slid AS (
    SELECT entries.member_id, max(entries.slides_to) AS slides_on
    FROM federation.entries
    WHERE
        entries.booked_at <= %(at)s::timestamptz
        AND entries.slides_to IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM federation.entries AS undoing
            WHERE
                undoing.member_id = entries.member_id
                AND undoing.of_entry_id = entries.entry_id
                AND undoing.kind = 'reversal'
                AND undoing.booked_at <= %(at)s::timestamptz
        )
    GROUP BY entries.member_id
),

-- What was held of a lot then, and what has been drawn from it since.
since AS (
    SELECT every.member_id, every.entry_id, every.part, sum(every.held) AS held, sum(every.drawn) AS drawn
    FROM (
        SELECT
            hold_parts.member_id, hold_parts.lot_entry_id AS entry_id, hold_parts.lot_part AS part,
            hold_parts.points AS held, 0 AS drawn
        FROM federation.holds
        INNER JOIN federation.hold_parts USING (member_id, entry_id)
        WHERE
            holds.made_at <= %(at)s::timestamptz
            AND holds.expires_at > %(at)s::timestamptz
            AND coalesce(holds.ended_at, 'infinity') > %(at)s::timestamptz
        UNION ALL
        SELECT member_id, lot_entry_id, lot_part, 0, points
        FROM federation.draws
        WHERE booked_at > %(at)s::timestamptz
    ) AS every
    GROUP BY 1, 2, 3
),

-- Lots and draws are added up by what they have in common before anything else is asked of them: what
-- is told apart then is few. Behind a merge and a change-over stands the grant.
lots AS (
    SELECT
        lots.funder_id,
        CASE
            WHEN entries.kind IS NULL OR entries.kind IN ('accrual', 'bonus') THEN 0
            WHEN entries.kind IN ('changeover', 'merge') THEN 1
            ELSE 2
        END AS way,
        lots.rule = 'base' AS base, lots.from_entry_id IS NULL AS original,
        coalesce(first.issued_on, entries.business_date, lots.usable_from) AS issued_on,
        coalesce(lots.expires_on, slid.slides_on) AS expires_on, sum(lots.points) AS granted,
        sum(lots.points_left) + coalesce(sum(since.drawn), 0) AS stood,
        coalesce(sum(since.held), 0) AS held
    FROM federation.lots
    LEFT JOIN federation.entries USING (member_id, entry_id)
    LEFT JOIN first USING (member_id, entry_id, part)
    LEFT JOIN slid USING (member_id)
    LEFT JOIN since USING (member_id, entry_id, part)
    WHERE
        coalesce(entries.booked_at, '-infinity') <= %(at)s::timestamptz
        AND lots.rule NOT LIKE 'coupon:%%'      -- what a coupon takes off was never outstanding
    GROUP BY 1, 2, 3, 4, 5, 6
),

cohorts AS (
    SELECT
        lots.*,
        CASE WHEN lots.expires_on >= %(day)s::date THEN lots.stood ELSE lots.held END AS outstanding,
        CASE WHEN lots.expires_on >= %(day)s::date THEN 0 ELSE lots.stood - lots.held END AS due
    FROM lots
),

draws AS (
    SELECT
        draws.kind, draws.funder_id, draws.points > 0 AS taken, draws.business_date,
        coalesce(first.issued_on, entries.business_date) AS issued_on, sum(draws.points) AS points
    FROM federation.draws
    LEFT JOIN federation.entries
        ON %(with_fates)s::boolean
        AND entries.member_id = draws.member_id
        AND entries.entry_id = draws.lot_entry_id
    LEFT JOIN first
        ON first.member_id = draws.member_id
        AND first.entry_id = draws.lot_entry_id
        AND first.part = draws.lot_part
    WHERE draws.booked_at <= %(at)s::timestamptz AND draws.rule NOT LIKE 'coupon:%%'
    GROUP BY 1, 2, 3, 4, 5
),

fates AS (
    SELECT issued_on, issued_on AS happened_on, 'issued' AS fate, granted AS points
    FROM cohorts
    WHERE original
    UNION ALL
    SELECT issued_on, expires_on, 'lapsed', due FROM cohorts WHERE due <> 0
    UNION ALL
    SELECT
        issued_on, business_date,
        CASE
            WHEN kind = 'lapse' THEN 'lapsed'
            WHEN kind = 'redemption' OR (kind = 'unreturn' AND taken) THEN 'used'
            WHEN kind IN ('reversal', 'return') AND NOT taken THEN 'used'
            ELSE 'recovered'
        END,
        points
    FROM draws
    WHERE issued_on IS NOT NULL AND kind NOT IN ('changeover', 'merge')
),

moves AS (
    SELECT
        funder_id,
        date_part('year', issued_on)::integer - (date_part('month', issued_on) < 4)::integer
            AS issued_year,
        expires_on,
        CASE WHEN way = 1 THEN 'moved' WHEN way = 2 THEN 'adjusted' WHEN base THEN 'base' ELSE 'bonus' END
            AS movement,
        granted AS points, outstanding
    FROM cohorts
    UNION ALL
    SELECT funder_id, NULL, NULL, 'lapsed', -due, 0 FROM cohorts WHERE due <> 0
    UNION ALL
    SELECT
        funder_id, NULL, NULL,
        CASE
            WHEN kind IN ('changeover', 'merge') THEN 'moved'
            WHEN kind = 'lapse' THEN 'lapsed'
            WHEN kind = 'adjustment' THEN 'removed'
            WHEN kind = 'redemption' OR (kind = 'unreturn' AND taken) THEN 'used'
            WHEN kind IN ('reversal', 'return') AND NOT taken THEN 'restored'
            ELSE 'recovered'
        END,
        -points, 0
    FROM (
        SELECT kind, funder_id, taken, points FROM draws
        UNION ALL
        SELECT kind, funder_id, points > 0, points FROM federation.detached_draws
    ) AS every
)

SELECT
    parties.code AS funder, moves.movement, moves.issued_year, moves.expires_on,
    NULL::date AS issued_month, NULL::date AS month, NULL AS fate,
    sum(moves.points)::bigint AS points, sum(moves.outstanding)::bigint AS outstanding
FROM moves
INNER JOIN tenants.parties ON parties.party_id = moves.funder_id
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT
    NULL, NULL, NULL, NULL, date_trunc('month', issued_on::timestamp)::date,
    date_trunc('month', happened_on::timestamp)::date, fate, sum(points)::bigint, 0
FROM fates
WHERE
    %(with_fates)s::boolean
    AND happened_on <= %(day)s::date
    AND issued_on >= coalesce(
        (SELECT max(detached.month_on) + interval '1 month' FROM federation.detached), '-infinity'
    )
GROUP BY 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
