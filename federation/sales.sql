-- All that stands behind slips that are asked about: the entries of the slip, those of the same
-- receipt, what was booked on top of them since, and the lots, draws, holds and debts of all these;
-- and the earlier entries that they were about.
-- `members` are those whose books they may stand in: after a merge also the one who was merged.
WITH RECURSIVE asked AS (
    SELECT DISTINCT *
    FROM unnest(%(turns)s::integer [], %(members)s::bigint [], %(shops)s::bigint [], %(slips)s::text [])
        AS a (turn, member_id, shop_id, slip)
),

named AS (
    SELECT asked.turn, entries.*
    FROM asked
    INNER JOIN federation.entries USING (member_id, shop_id, slip)
),

sale AS (
    SELECT * FROM named
    UNION
    SELECT named.turn, entries.*
    FROM named
    INNER JOIN federation.entries
        USING (member_id, shop_id, business_date, receipt_till, receipt_no)
    WHERE
        named.kind IN ('accrual', 'redemption', 'coupon')
        AND entries.kind IN ('accrual', 'redemption', 'coupon')
),

since AS (
    SELECT sale.turn, entries.*
    FROM sale
    INNER JOIN asked USING (turn)
    INNER JOIN federation.entries
        ON entries.member_id = asked.member_id AND entries.of_entry_id = sale.entry_id
),

since_then AS (
    SELECT since.turn, entries.*
    FROM since
    INNER JOIN asked USING (turn)
    INNER JOIN federation.entries
        ON entries.member_id = asked.member_id AND entries.of_entry_id = since.entry_id
),

earlier AS (
    SELECT sale.turn, entries.*
    FROM sale
    INNER JOIN asked USING (turn)
    INNER JOIN federation.entries
        ON entries.member_id = asked.member_id AND entries.entry_id = sale.of_entry_id
    UNION
    SELECT earlier.turn, entries.*
    FROM earlier
    INNER JOIN asked USING (turn)
    INNER JOIN federation.entries
        ON entries.member_id = asked.member_id AND entries.entry_id = earlier.of_entry_id
),

whole AS (
    SELECT * FROM sale
    UNION
    SELECT * FROM since
    UNION
    SELECT * FROM since_then
),

drawn AS (
    SELECT DISTINCT whole.turn, draws.*
    FROM whole
    INNER JOIN federation.draws USING (member_id, entry_id, booked_at)
    UNION
    SELECT sale.turn, draws.*     -- 訂正: what was put right of its grants since, and put back
    FROM sale
    INNER JOIN federation.lots USING (member_id, entry_id)
    INNER JOIN federation.draws
        ON draws.member_id = lots.member_id
        AND draws.lot_entry_id = lots.entry_id
        AND draws.lot_part = lots.part
    INNER JOIN federation.entries AS corrected
        ON corrected.member_id = draws.member_id AND corrected.entry_id = draws.entry_id
    WHERE
        sale.kind = 'accrual'
        AND lots.rule <> 'base'
        AND draws.kind IN ('adjustment', 'unreturn')
        AND starts_with(corrected.slip, 'correction/')
),

met AS (
    SELECT whole.turn, lots.* FROM whole INNER JOIN federation.lots USING (member_id, entry_id)
    UNION
    SELECT drawn.turn, lots.*
    FROM drawn
    INNER JOIN federation.lots
        ON lots.member_id = drawn.member_id
        AND lots.entry_id = drawn.lot_entry_id
        AND lots.part = drawn.lot_part
),

lot AS (
    SELECT * FROM met
    UNION
    SELECT lot.turn, moved.*      -- and what became of them: brought over, or another member's
    FROM lot
    INNER JOIN asked USING (turn)
    INNER JOIN federation.lots AS moved
        ON moved.member_id = asked.member_id
        AND moved.from_member_id = lot.member_id
        AND moved.from_entry_id = lot.entry_id
        AND moved.from_part = lot.part
)

SELECT
    asked.turn,
    (
        SELECT json_agg(json_build_object(
            'member_id', told.member_id, 'entry_id', told.entry_id, 'kind', told.kind,
            'points', told.points, 'business_date', told.business_date,
            'cycle_id', told.cycle_id, 'shop_id', told.shop_id, 'till', told.till,
            'slip', told.slip, 'rank', told.rank, 'paid_yen', told.paid_yen,
            'excluded_yen', told.excluded_yen, 'returned_yen', told.returned_yen,
            'lines', told.lines, 'of_entry_id', told.of_entry_id,
            'receipt_till', told.receipt_till, 'receipt_no', told.receipt_no,
            'slides_to', told.slides_to, 'reason', told.reason, 'earlier', told.before
        ) ORDER BY told.entry_id)
        FROM (
            SELECT whole.*, false AS before FROM whole
            UNION ALL
            SELECT earlier.*, true FROM earlier
        ) AS told
        WHERE told.turn = asked.turn
    )::text AS entries,
    (
        SELECT json_agg(json_build_object(
            'member_id', drawn.member_id, 'entry_id', drawn.entry_id,
            'lot_entry_id', drawn.lot_entry_id, 'lot_part', drawn.lot_part, 'kind', drawn.kind,
            'n', drawn.n, 'points', drawn.points, 'for_funder_id', drawn.for_funder_id,
            'for_rule', drawn.for_rule
        ) ORDER BY drawn.entry_id, drawn.n, drawn.lot_entry_id, drawn.lot_part)
        FROM drawn WHERE drawn.turn = asked.turn
    )::text AS draws,
    (
        SELECT json_agg(json_build_object(
            'member_id', lot.member_id, 'entry_id', lot.entry_id, 'part', lot.part,
            'points', lot.points, 'left', lot.points_left, 'held', lot.points_held,
            'shop_id', lot.shop_id, 'funder_id', lot.funder_id, 'scheme_id', lot.scheme_id,
            'facility_id', lot.facility_id, 'limited', lot.limited, 'rule', lot.rule,
            'usable_from', lot.usable_from, 'expires_on', lot.expires_on,
            'came_from', CASE WHEN lot.from_entry_id IS NOT NULL THEN json_build_array(
                lot.from_member_id, lot.from_entry_id, lot.from_part
            ) END
        ) ORDER BY lot.entry_id, lot.part)
        FROM lot WHERE lot.turn = asked.turn
    )::text AS lots,
    (
        SELECT json_agg(json_build_object(
            'entry_id', shortages.entry_id, 'part', shortages.part,
            'funder_id', shortages.funder_id, 'rule', shortages.rule, 'met', shortages.met,
            'points', shortages.points, 'paid', shortages.points_paid
        ) ORDER BY shortages.entry_id, shortages.part)
        FROM whole
        INNER JOIN federation.shortages USING (member_id, entry_id)
        WHERE whole.turn = asked.turn
    )::text AS shortages,
    (
        SELECT json_object_agg(slid.member_id, slid.slides_to)
        FROM (
            SELECT other.member_id, max(other.slides_to) AS slides_to
            FROM asked AS mine
            INNER JOIN federation.entries AS other USING (member_id)
            WHERE
                mine.turn = asked.turn
                AND other.slides_to IS NOT NULL
                AND other.entry_id NOT IN (
                    SELECT named.entry_id FROM named WHERE named.turn = asked.turn
                )
                AND NOT EXISTS (
                    SELECT FROM federation.entries AS undone
                    WHERE
                        undone.member_id = other.member_id
                        AND undone.of_entry_id = other.entry_id
                        AND undone.kind = 'reversal'
                )
            GROUP BY other.member_id
        ) AS slid
    )::text AS slides_to
FROM (SELECT DISTINCT turn FROM asked) AS asked
