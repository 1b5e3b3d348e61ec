-- Each of these entries with all that it moved, as JSON, in the order asked; NULL where it is gone.
-- Only what is never changed: not what is left of a lot, nor how a hold ended.
SELECT (
    SELECT to_json(moved) FROM (
        SELECT
            to_json(entry) AS entry,
            (
                SELECT json_agg(one ORDER BY one.part) FROM (
                    SELECT
                        part, points, shop_id, funder_id, scheme_id, facility_id,
                        limited::integer AS limited, rule, usable_from, expires_on, from_member_id,
                        from_entry_id, from_part
                    FROM federation.lots
                    WHERE lots.member_id = entry.member_id AND lots.entry_id = entry.entry_id
                ) AS one
            ) AS lots,
            (
                SELECT json_agg(one ORDER BY one.lot_entry_id, one.lot_part, one.n) FROM (
                    SELECT
                        lot_entry_id, lot_part, n, kind, points, tenant_id, shop_id, funder_id,
                        scheme_id, rule, business_date, cycle_id, for_funder_id, for_rule
                    FROM federation.draws
                    WHERE
                        draws.member_id = entry.member_id
                        AND draws.entry_id = entry.entry_id
                        AND draws.booked_at = asked.booked_at
                ) AS one
            ) AS draws,
            (
                SELECT to_json(one) FROM (
                    SELECT
                        tenant_id, shop_id, business_date, points, made_at AT TIME ZONE 'UTC' AS made_at,
                        expires_at AT TIME ZONE 'UTC' AS expires_at
                    FROM federation.holds
                    WHERE holds.member_id = entry.member_id AND holds.entry_id = entry.entry_id
                ) AS one
            ) AS hold,
            (
                SELECT json_agg(one ORDER BY one.lot_entry_id, one.lot_part) FROM (
                    SELECT lot_entry_id, lot_part, points
                    FROM federation.hold_parts
                    WHERE
                        hold_parts.member_id = entry.member_id
                        AND hold_parts.entry_id = entry.entry_id
                ) AS one
            ) AS held,
            (
                SELECT json_agg(one ORDER BY one.part) FROM (
                    SELECT
                        part, tenant_id, shop_id, funder_id, rule, scheme_id, met, points, cycle_id,
                        booked_at AT TIME ZONE 'UTC' AS booked_at
                    FROM federation.shortages
                    WHERE
                        shortages.member_id = entry.member_id
                        AND shortages.entry_id = entry.entry_id
                ) AS one
            ) AS shortages
    ) AS moved
    WHERE entry.entry_id IS NOT NULL
)::text AS told
FROM ROWS FROM (
    json_to_recordset(%(asked)s::json)
    AS (member_id bigint, entry_id bigint, booked_at timestamptz)
) WITH ORDINALITY AS asked (member_id, entry_id, booked_at, turn)
LEFT JOIN LATERAL (
    SELECT
        entries.member_id, entries.entry_id, entries.kind, entries.tenant_id, entries.shop_id,
        entries.till, entries.staff, entries.slip, entries.points, entries.paid_yen,
        entries.excluded_yen, entries.receipt_till, entries.receipt_no, entries.lines,
        entries.of_entry_id, entries.reason, entries.at AT TIME ZONE 'UTC' AS at,
        entries.business_date, entries.cycle_id, entries.booked_at AT TIME ZONE 'UTC' AS booked_at,
        entries.rank, entries.returned_yen, entries.slides_to, entries.offline::integer AS offline
    FROM federation.entries
    WHERE
        entries.member_id = asked.member_id
        AND entries.entry_id = asked.entry_id
        AND entries.booked_at = asked.booked_at
) AS entry ON true
ORDER BY asked.turn
