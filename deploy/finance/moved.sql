-- What moved unused points between two instants, entry by entry, of one movement and of one funder or
-- all: by the words of settlement/paper/standing.sql. What is past its last day at the end has lapsed
-- although nobody booked it yet; what was so at the beginning had lapsed before. What all come to
-- stands in each.
WITH instants AS (
    SELECT ends.at, ends.day, ends.sign
    FROM (
        VALUES
        (%(from_at)s::timestamptz, %(from_day)s::date, 1),
        (%(at)s::timestamptz, %(day)s::date, -1)
    ) AS ends (at, day, sign)
    WHERE %(movement)s = 'lapsed'
),

due AS (
    SELECT
        lots.member_id, lots.entry_id, lots.funder_id, told.lapses_on, instants.sign,
        lots.points_left + coalesce(drawn.points, 0) - coalesce(held.points, 0) AS points
    FROM instants
    CROSS JOIN federation.lots
    LEFT JOIN federation.entries AS given USING (member_id, entry_id)
    CROSS JOIN LATERAL (
        SELECT
            coalesce(lots.expires_on, (
                SELECT max(entries.slides_to)
                FROM federation.entries
                WHERE
                    entries.member_id = lots.member_id
                    AND entries.booked_at <= instants.at
                    AND NOT EXISTS (
                        SELECT FROM federation.entries AS undoing
                        WHERE
                            undoing.member_id = entries.member_id
                            AND undoing.of_entry_id = entries.entry_id
                            AND undoing.kind = 'reversal'
                            AND undoing.booked_at <= instants.at
                    )
            )) AS lapses_on
    ) AS told
    LEFT JOIN LATERAL (
        SELECT sum(draws.points) AS points
        FROM federation.draws
        WHERE
            draws.member_id = lots.member_id
            AND draws.lot_entry_id = lots.entry_id
            AND draws.lot_part = lots.part
            AND draws.booked_at > instants.at
    ) AS drawn ON true
    LEFT JOIN LATERAL (
        SELECT sum(hold_parts.points) AS points
        FROM federation.hold_parts
        INNER JOIN federation.holds USING (member_id, entry_id)
        WHERE
            hold_parts.member_id = lots.member_id
            AND hold_parts.lot_entry_id = lots.entry_id
            AND hold_parts.lot_part = lots.part
            AND holds.made_at <= instants.at
            AND holds.expires_at > instants.at
            AND coalesce(holds.ended_at, 'infinity') > instants.at
    ) AS held ON true
    WHERE
        told.lapses_on < instants.day
        AND coalesce(given.booked_at, '-infinity') <= instants.at
        AND lots.rule NOT LIKE 'coupon:%%'
),

moved AS (
    SELECT
        lots.member_id, lots.entry_id, lots.funder_id, given.booked_at AS at, given.kind,
        CASE
            WHEN given.kind IN ('changeover', 'merge') THEN 'moved'
            WHEN given.kind NOT IN ('accrual', 'bonus') THEN 'adjusted'
            WHEN lots.rule = 'base' THEN 'base'
            ELSE 'bonus'
        END AS movement,
        lots.points
    FROM federation.lots
    INNER JOIN federation.entries AS given USING (member_id, entry_id)
    WHERE
        %(movement)s IN ('base', 'bonus', 'adjusted', 'moved')
        AND given.booked_at > %(from_at)s::timestamptz
        AND given.booked_at <= %(at)s::timestamptz
        AND lots.rule NOT LIKE 'coupon:%%'
    UNION ALL
    SELECT
        draws.member_id, draws.entry_id, draws.funder_id, draws.booked_at, draws.kind,
        CASE
            WHEN draws.kind IN ('changeover', 'merge') THEN 'moved'
            WHEN draws.kind = 'lapse' THEN 'lapsed'
            WHEN draws.kind = 'adjustment' THEN 'removed'
            WHEN draws.kind = 'redemption' OR (draws.kind = 'unreturn' AND draws.points > 0) THEN 'used'
            WHEN draws.kind IN ('reversal', 'return') AND draws.points < 0 THEN 'restored'
            ELSE 'recovered'
        END,
        -draws.points
    FROM federation.draws
    WHERE
        %(movement)s NOT IN ('base', 'bonus', 'adjusted')
        AND draws.booked_at > %(from_at)s::timestamptz
        AND draws.booked_at <= %(at)s::timestamptz
        AND draws.rule NOT LIKE 'coupon:%%'
    UNION ALL
    SELECT
        due.member_id, due.entry_id, due.funder_id, due.lapses_on::timestamp AT TIME ZONE 'Asia/Tokyo',
        CASE due.sign WHEN 1 THEN 'told-before' ELSE 'due' END, 'lapsed', due.sign * due.points
    FROM due
    WHERE due.points <> 0
)

SELECT
    moved.member_id, moved.entry_id, moved.at, moved.kind, funders.name AS funder,
    funders.name_en AS funder_en, sum(moved.points)::bigint AS points,
    (sum(sum(moved.points)) OVER ())::bigint AS whole, count(*) OVER () AS entries
FROM moved
INNER JOIN tenants.parties AS funders ON funders.party_id = moved.funder_id
WHERE
    moved.movement = %(movement)s::text
    AND (%(funder)s::text IS NULL OR funders.code = %(funder)s)
GROUP BY moved.member_id, moved.entry_id, moved.at, moved.kind, funders.party_id
ORDER BY moved.at, moved.member_id, moved.entry_id, funders.code
LIMIT %(most)s::integer
OFFSET %(skip)s::integer
