-- What became of every funder's points up to an instant, movement by movement, and what was
-- outstanding then, told another way: backwards, from what is left of each lot. As in
-- federation/outstanding.sql, what was past its last day then has lapsed, booked or not, but where a
-- hold kept it; change-overs and merges move points and issue nothing.
WITH slid AS (
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

held AS (
    SELECT
        hold_parts.member_id, hold_parts.lot_entry_id, hold_parts.lot_part,
        sum(hold_parts.points) AS points
    FROM federation.holds
    INNER JOIN federation.hold_parts USING (member_id, entry_id)
    WHERE
        holds.made_at <= %(at)s::timestamptz
        AND holds.expires_at > %(at)s::timestamptz
        AND coalesce(holds.ended_at, 'infinity') > %(at)s::timestamptz
    GROUP BY hold_parts.member_id, hold_parts.lot_entry_id, hold_parts.lot_part
),

drawn AS (
    SELECT member_id, lot_entry_id, lot_part, sum(points) AS points
    FROM federation.draws
    WHERE booked_at > %(at)s::timestamptz
    GROUP BY member_id, lot_entry_id, lot_part
),

lots AS (
    SELECT
        lots.funder_id, lots.points AS granted, lots.rule, coalesce(issues.kind, 'accrual') AS kind,
        date_part('year', issues.issued_on)::integer
        - (date_part('month', issues.issued_on) < 4)::integer AS issued_year,
        coalesce(lots.expires_on, slid.slides_on) AS expires_on,
        CASE
            WHEN coalesce(lots.expires_on, slid.slides_on) >= %(day)s::date
                THEN lots.points_left + coalesce(drawn.points, 0)
            ELSE coalesce(held.points, 0)
        END AS outstanding,
        CASE
            WHEN coalesce(lots.expires_on, slid.slides_on) >= %(day)s::date THEN 0
            ELSE lots.points_left + coalesce(drawn.points, 0) - coalesce(held.points, 0)
        END AS due
    FROM federation.lots
    INNER JOIN settlement.issues USING (member_id, entry_id, part)
    LEFT JOIN slid USING (member_id)
    LEFT JOIN drawn
        ON drawn.member_id = lots.member_id
        AND drawn.lot_entry_id = lots.entry_id
        AND drawn.lot_part = lots.part
    LEFT JOIN held
        ON held.member_id = lots.member_id
        AND held.lot_entry_id = lots.entry_id
        AND held.lot_part = lots.part
    WHERE
        coalesce(issues.booked_at, '-infinity') <= %(at)s::timestamptz
        AND lots.rule NOT LIKE 'coupon:%%'      -- what a coupon takes off was never outstanding
),

-- Lots and draws are added up before they are put together: what is sorted then is few.
draws AS (
    SELECT kind, funder_id, sum(points) AS points
    FROM federation.draws
    WHERE booked_at <= %(at)s::timestamptz AND rule NOT LIKE 'coupon:%%'
    GROUP BY kind, funder_id, points > 0
    UNION ALL
    SELECT kind, funder_id, points FROM federation.detached_draws
),

moves AS (
    SELECT
        funder_id, issued_year, expires_on,
        CASE
            WHEN kind IN ('changeover', 'merge') THEN 'moved'
            WHEN kind NOT IN ('accrual', 'bonus') THEN 'adjusted'
            WHEN rule = 'base' THEN 'base'
            ELSE 'bonus'
        END AS movement,
        sum(granted) AS points, sum(outstanding) AS outstanding
    FROM lots
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT funder_id, NULL, NULL, 'lapsed', -due, 0 FROM lots WHERE due <> 0
    UNION ALL
    SELECT
        funder_id, NULL, NULL,
        CASE
            WHEN kind IN ('changeover', 'merge') THEN 'moved'
            WHEN kind = 'lapse' THEN 'lapsed'
            WHEN kind = 'adjustment' THEN 'removed'
            WHEN kind = 'redemption' OR (kind = 'unreturn' AND points > 0) THEN 'used'
            WHEN kind IN ('reversal', 'return') AND points < 0 THEN 'restored'
            ELSE 'recovered'
        END,
        -points, 0
    FROM draws
)

SELECT
    parties.code AS funder, moves.movement, moves.issued_year, moves.expires_on,
    sum(moves.points)::bigint AS points, sum(moves.outstanding)::bigint AS outstanding
FROM moves
INNER JOIN tenants.parties ON parties.party_id = moves.funder_id
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
