-- Per funder, what became of its points up to an instant: issued = outstanding + redeemed + lapsed +
-- taken back. Lots are told backwards, from what is left of them; draws of detached months by their
-- sums. What was past its last day then has lapsed, booked or not, but where a hold kept it. A
-- change-over and a merge carry points from one lot to another: they issue nothing.
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

draws AS (
    SELECT kind, funder_id, points
    FROM federation.draws
    WHERE booked_at <= %(at)s::timestamptz AND rule NOT LIKE 'coupon:%%'
    UNION ALL
    SELECT kind, funder_id, points FROM federation.detached_draws
),

drawn AS (
    SELECT member_id, lot_entry_id, lot_part, sum(points) AS points
    FROM federation.draws
    WHERE booked_at > %(at)s::timestamptz
    GROUP BY member_id, lot_entry_id, lot_part
),

lots AS (
    SELECT
        lots.funder_id, lots.points AS granted,
        lots.points_left + coalesce(drawn.points, 0) AS points_left,
        coalesce(held.points, 0) AS points_held,
        coalesce(lots.expires_on, slid.slides_on) >= %(day)s::date AS alive
    FROM federation.lots
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
        lots.rule NOT LIKE 'coupon:%%'      -- what a coupon takes off was never outstanding
        AND NOT EXISTS (
            SELECT FROM federation.entries
            WHERE
                entries.member_id = lots.member_id
                AND entries.entry_id = lots.entry_id
                AND entries.booked_at > %(at)s::timestamptz
        )
),

moves AS (
    SELECT
        funder_id, granted AS issued,
        CASE WHEN alive THEN points_left ELSE points_held END AS outstanding,
        0 AS redeemed,
        CASE WHEN alive THEN 0 ELSE points_left - points_held END AS lapsed,
        0 AS taken_back
    FROM lots
    UNION ALL
    SELECT
        funder_id,
        CASE WHEN kind IN ('changeover', 'merge') THEN -points ELSE 0 END,
        0,
        CASE
            WHEN kind = 'redemption' THEN points
            WHEN kind IN ('reversal', 'return') AND points < 0 THEN points
            WHEN kind = 'unreturn' AND points > 0 THEN points
            ELSE 0
        END,
        CASE WHEN kind = 'lapse' THEN points ELSE 0 END,
        CASE
            WHEN kind IN ('redemption', 'lapse', 'changeover', 'merge') THEN 0
            WHEN kind IN ('reversal', 'return') AND points < 0 THEN 0
            WHEN kind = 'unreturn' AND points > 0 THEN 0
            ELSE points
        END
    FROM draws
)

SELECT
    funder_id, sum(issued)::bigint AS issued_points, sum(outstanding)::bigint AS outstanding_points,
    sum(redeemed)::bigint AS redeemed_points, sum(lapsed)::bigint AS lapsed_points,
    sum(taken_back)::bigint AS taken_back_points
FROM moves
GROUP BY funder_id
ORDER BY funder_id
