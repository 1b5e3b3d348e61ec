-- Each of these entries with all that it moved, in the order asked: its hash, which is worked out here
-- as `journal_hash.py` does it (keys stand sorted; `json_strip_nulls` leaves out what is not there, and
-- all white space); or, where that cannot be or the whole is wanted, as JSON. NULL for one that is gone.
-- Only what is never changed: not what is left of a lot, nor how a hold ended. What a kind of entry
-- never moves is looked for only where the whole is wanted, by whoever checks.
SELECT
    CASE WHEN %(whole)s::boolean OR entry.lines IS NOT NULL THEN moved.told::text END AS told,
    CASE
        WHEN NOT %(whole)s::boolean AND entry.lines IS NULL
            THEN sha256('\x01'::bytea || convert_to(json_strip_nulls(moved.told)::text, 'UTF8'))
    END AS hash
FROM ROWS FROM (
    json_to_recordset(%(asked)s::json)
    AS (member_id bigint, entry_id bigint, booked_at timestamptz)
) WITH ORDINALITY AS asked (member_id, entry_id, booked_at, turn)
LEFT JOIN LATERAL (
    SELECT
        entries.at AT TIME ZONE 'UTC' AS at, entries.booked_at AT TIME ZONE 'UTC' AS booked_at,
        entries.business_date, entries.cycle_id, entries.entry_id, entries.excluded_yen, entries.kind,
        entries.lines, entries.member_id, entries.of_entry_id, entries.offline::integer AS offline,
        entries.paid_yen, entries.points, entries.rank, entries.reason, entries.receipt_no,
        entries.receipt_till, entries.returned_yen, entries.shop_id, entries.slides_to, entries.slip,
        entries.staff, entries.tenant_id, entries.till
    FROM federation.entries
    WHERE
        entries.member_id = asked.member_id
        AND entries.entry_id = asked.entry_id
        AND entries.booked_at = asked.booked_at
) AS entry ON true
LEFT JOIN LATERAL (
    SELECT to_json(all_of_it) AS told FROM (
        SELECT
            CASE WHEN %(whole)s::boolean OR entry.kind <> 'accrual' THEN (
                SELECT json_agg(one ORDER BY one.lot_entry_id, one.lot_part, one.n) FROM (
                    SELECT
                        business_date, cycle_id, for_funder_id, for_rule, funder_id, kind,
                        lot_entry_id, lot_part, n, points, rule, scheme_id, shop_id, tenant_id
                    FROM federation.draws
                    WHERE
                        draws.member_id = entry.member_id
                        AND draws.entry_id = entry.entry_id
                        AND draws.booked_at = asked.booked_at
                ) AS one
            ) END AS draws,
            to_json(entry) AS entry,
            CASE WHEN %(whole)s::boolean OR entry.kind = 'hold' THEN (
                SELECT json_agg(one ORDER BY one.lot_entry_id, one.lot_part) FROM (
                    SELECT lot_entry_id, lot_part, points
                    FROM federation.hold_parts
                    WHERE
                        hold_parts.member_id = entry.member_id
                        AND hold_parts.entry_id = entry.entry_id
                ) AS one
            ) END AS held,
            CASE WHEN %(whole)s::boolean OR entry.kind = 'hold' THEN (
                SELECT to_json(one) FROM (
                    SELECT
                        business_date, expires_at AT TIME ZONE 'UTC' AS expires_at,
                        made_at AT TIME ZONE 'UTC' AS made_at, points, shop_id, tenant_id
                    FROM federation.holds
                    WHERE
                        holds.member_id = entry.member_id
                        AND holds.entry_id = entry.entry_id
                ) AS one
            ) END AS hold,
            CASE WHEN %(whole)s::boolean OR entry.kind <> 'redemption' THEN (
                SELECT json_agg(one ORDER BY one.part) FROM (
                    SELECT
                        expires_on, facility_id, from_entry_id, from_member_id, from_part, funder_id,
                        limited::integer AS limited, part, points, rule, scheme_id, shop_id,
                        usable_from
                    FROM federation.lots
                    WHERE lots.member_id = entry.member_id AND lots.entry_id = entry.entry_id
                ) AS one
            ) END AS lots,
            CASE WHEN %(whole)s::boolean OR entry.kind NOT IN ('accrual', 'redemption', 'hold') THEN (
                SELECT json_agg(one ORDER BY one.part) FROM (
                    SELECT
                        booked_at AT TIME ZONE 'UTC' AS booked_at, cycle_id, funder_id, met, part,
                        points, rule, scheme_id, shop_id, tenant_id
                    FROM federation.shortages
                    WHERE
                        shortages.member_id = entry.member_id
                        AND shortages.entry_id = entry.entry_id
                ) AS one
            ) END AS shortages
    ) AS all_of_it
    WHERE entry.entry_id IS NOT NULL
) AS moved ON true
ORDER BY asked.turn
