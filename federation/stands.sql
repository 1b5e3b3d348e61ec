-- What a batch stands on, once it has its locks, in one look: the doors' counter, the last close, the
-- cycles still open, numbers for its entries, the wallets of who lined up, where its carriers lead, which of its slips and of those
-- they are about were asked before (with the very bytes they were answered with, unless these left
-- with their month), and which of its receipts have earned.
SELECT json_build_object(
    'moved', (SELECT moved FROM federation.doors),
    'last_closed_at', (SELECT max(closed_at) FROM federation.cycles),
    'cycles', (
        SELECT coalesce(json_agg(json_build_array(cycle_id, first_on, last_on) ORDER BY first_on), '[]')
        FROM federation.cycles
        WHERE closed_at IS NULL AND first_on <= %(today)s::date + 1
    ),
    'entry_ids', (
        SELECT coalesce(json_agg(nextval('federation.entry_ids')), '[]')
        FROM generate_series(1, %(count)s::integer)
    ),
    'wallets', (
        SELECT coalesce(json_agg(json_build_array(
            member_id, rank, points, points_held, points_owed, state, next_expires_on,
            next_expiring_points, next_change_at, slides_on, rank_since, rank_before
        )), '[]')
        FROM federation.wallets
        WHERE member_id = ANY(current_setting('meguri.concerned', true)::bigint [])
    ),
    'cards', (
        SELECT coalesce(json_object_agg(carrier, json_build_array(member_id, kind, state)), '{}')
        FROM federation.carriers
        WHERE carrier = ANY(%(carriers)s::text [])
    ),
    'known', (
        SELECT coalesce(json_agg(json_build_array(
            slips.shop_id, slips.slip, encode(slips.fingerprint, 'base64'), slips.member_id,
            answers.status, answers.body, translate(encode(answers.packed, 'base64'), E'\n', '')
        )), '[]')
        FROM unnest(%(shops)s::bigint [], %(slips)s::text []) AS asked (shop_id, slip)
        INNER JOIN federation.slips USING (shop_id, slip)
        LEFT JOIN federation.answers USING (shop_id, slip, booked_at)
    ),
    'receipts', (
        SELECT coalesce(json_agg(json_build_array(
            receipts.shop_id, receipts.business_date, receipts.receipt_till, receipts.receipt_no,
            receipts.slip, receipts.booked_at, coalesce(receipts.slip_shop_id, receipts.shop_id)
        )), '[]')
        FROM unnest(
            %(receipt_shops)s::bigint [], %(days)s::date [], %(tills)s::text [], %(nos)s::text []
        ) AS asked (shop_id, business_date, receipt_till, receipt_no)
        INNER JOIN federation.receipts USING (shop_id, business_date, receipt_till, receipt_no)
    )
)::text AS stands
