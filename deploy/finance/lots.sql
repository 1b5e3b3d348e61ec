-- The lots behind what was outstanding at an instant, of one funder or all, that lapse in one month or
-- ever and were issued in one month or ever, the soonest to lapse first: by the words of
-- settlement/paper/standing.sql. What all of them come to stands in each.
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
)

SELECT
    lots.member_id, lots.entry_id, lots.rule, funders.name AS funder, funders.name_en AS funder_en,
    told.lapses_on, stands.points,
    (sum(stands.points) OVER ())::bigint AS whole, count(*) OVER () AS lots
FROM federation.lots
LEFT JOIN federation.entries AS given USING (member_id, entry_id)
INNER JOIN tenants.parties AS funders ON funders.party_id = lots.funder_id
LEFT JOIN slid USING (member_id)
LEFT JOIN since USING (member_id, entry_id, part)
CROSS JOIN LATERAL (
    SELECT coalesce(lots.expires_on, slid.slides_on) AS lapses_on
) AS told
CROSS JOIN LATERAL (
    SELECT (
        CASE
            WHEN told.lapses_on >= %(day)s::date THEN lots.points_left + coalesce(since.drawn, 0)
            ELSE coalesce(since.held, 0)
        END
    )::bigint AS points
) AS stands
WHERE
    coalesce(given.booked_at, '-infinity') <= %(at)s::timestamptz
    AND lots.rule NOT LIKE 'coupon:%%'
    AND stands.points <> 0
    AND (%(funder)s::text IS NULL OR funders.code = %(funder)s)
    AND (
        %(month)s::date IS NULL
        OR (told.lapses_on >= %(month)s AND told.lapses_on < %(month)s + interval '1 month')
    )
    AND (
        %(issued)s::date IS NULL
        OR (lots.member_id, lots.entry_id, lots.part) IN (
            SELECT issues.member_id, issues.entry_id, issues.part
            FROM settlement.issues
            WHERE issues.issued_on >= %(issued)s AND issues.issued_on < %(issued)s + interval '1 month'
        )
    )
ORDER BY told.lapses_on, lots.member_id, lots.entry_id, lots.part
LIMIT %(most)s::integer
OFFSET %(skip)s::integer
