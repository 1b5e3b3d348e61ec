-- What a member had at a past instant: what is left of lots granted by then, and what was drawn since
-- (told backwards, it does not need months that were detached). What was past its
-- last day counts only where a hold kept it, whenever its lapse was booked. A sliding lot's day is
-- the latest that an event had given by then and nothing had undone.
WITH slid AS (
    SELECT max(entries.slides_to) AS slides_on
    FROM federation.entries
    WHERE
        entries.member_id = %(member_id)s::bigint
        AND entries.booked_at <= %(at)s::timestamptz
        AND entries.slides_to IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM federation.entries AS undoing
            WHERE
                undoing.member_id = entries.member_id
                AND undoing.of_entry_id = entries.entry_id
                AND undoing.kind = 'reversal'
                AND undoing.booked_at <= %(at)s::timestamptz
        )
),

held AS (
    SELECT hold_parts.lot_entry_id, hold_parts.lot_part, sum(hold_parts.points) AS points
    FROM federation.holds
    INNER JOIN federation.hold_parts USING (member_id, entry_id)
    WHERE
        holds.member_id = %(member_id)s::bigint
        AND holds.made_at <= %(at)s::timestamptz
        AND holds.expires_at > %(at)s::timestamptz
        AND coalesce(holds.ended_at, 'infinity') > %(at)s::timestamptz
    GROUP BY hold_parts.lot_entry_id, hold_parts.lot_part
),

drawn AS (
    SELECT lot_entry_id, lot_part, sum(points) AS points
    FROM federation.draws
    WHERE member_id = %(member_id)s::bigint AND booked_at > %(at)s::timestamptz
    GROUP BY lot_entry_id, lot_part
),

lots AS (
    SELECT
        coalesce(lots.expires_on, slid.slides_on) AS last_on,
        lots.points_left + coalesce(drawn.points, 0) AS points,
        coalesce(held.points, 0) AS points_held, lots.usable_from
    FROM federation.lots
    CROSS JOIN slid
    LEFT JOIN drawn ON drawn.lot_entry_id = lots.entry_id AND drawn.lot_part = lots.part
    LEFT JOIN held ON held.lot_entry_id = lots.entry_id AND held.lot_part = lots.part
    WHERE
        lots.member_id = %(member_id)s::bigint
        AND NOT EXISTS (
            SELECT FROM federation.entries
            WHERE
                entries.member_id = lots.member_id
                AND entries.entry_id = lots.entry_id
                AND entries.booked_at > %(at)s::timestamptz
        )
),

alive AS (
    SELECT
        last_on, points_held, usable_from,
        CASE WHEN last_on >= %(day)s::date THEN points ELSE points_held END AS points
    FROM lots
),

owing AS (
    SELECT
        shortages.points, undone.booked_at IS NULL AS stands_now,
        shortages.booked_at <= %(at)s::timestamptz
        AND coalesce(undone.booked_at > %(at)s::timestamptz, true) AS stood_then
    FROM federation.shortages
    LEFT JOIN LATERAL (
        SELECT min(undoing.booked_at) AS booked_at
        FROM federation.entries AS undoing
        WHERE
            undoing.member_id = shortages.member_id
            AND undoing.of_entry_id = shortages.entry_id
            AND undoing.kind = 'reversal'
    ) AS undone ON true
    WHERE shortages.member_id = %(member_id)s::bigint AND shortages.met = 'owed'
),

soonest AS (
    SELECT last_on, sum(points - points_held) AS points
    FROM alive
    WHERE points > points_held
    GROUP BY last_on
    ORDER BY last_on
    LIMIT 1
)

SELECT
    (SELECT coalesce(sum(points), 0)::bigint FROM alive) AS points,
    (SELECT coalesce(sum(points_held), 0)::bigint FROM alive) AS points_held,
    wallets.points_owed + (
        SELECT coalesce(sum(points) FILTER (WHERE stood_then), 0)
            - coalesce(sum(points) FILTER (WHERE stands_now), 0)
        FROM owing
    )::bigint + (
        SELECT coalesce(sum(points), 0) FROM federation.draws
        WHERE
            member_id = %(member_id)s::bigint
            AND kind = 'repayment'
            AND booked_at > %(at)s::timestamptz
    )::bigint AS points_owed,
    (SELECT last_on FROM soonest) AS next_expires_on,
    coalesce((SELECT points FROM soonest), 0)::bigint AS next_expiring_points,
    (
        SELECT min(usable_from) FROM alive WHERE points > points_held AND usable_from > %(day)s::date
    ) AS pending_from,
    (
        SELECT coalesce(sum(points - points_held), 0)::bigint FROM alive WHERE usable_from > %(day)s::date
    ) AS pending_points
FROM federation.wallets
WHERE wallets.member_id = %(member_id)s::bigint
