-- 記帳: all that a batch writes into the books, at once: entries with their receipts, lots, draws, what
-- is left in the lots that were there, the wallets, and every new slip with its answer. Every row was
-- worked out under its lock. Slips and receipts go in order of their keys: no two desks wait crosswise.
WITH kept AS (
    SELECT *
    FROM json_to_recordset(%(kept)s::json) AS k (
        shop_id bigint, slip text, tenant_id bigint, member_id bigint, client_id text,
        fingerprint text, status smallint, packed text, offline boolean
    )
    ORDER BY shop_id, slip
),

slip AS (
    INSERT INTO federation.slips (
        shop_id, slip, tenant_id, member_id, client_id, fingerprint, offline, booked_at
    )
    SELECT
        shop_id, slip, tenant_id, member_id, client_id, decode(fingerprint, 'base64'),
        offline, %(booked_at)s::timestamptz
    FROM kept
),

answer AS (
    INSERT INTO federation.answers (shop_id, slip, tenant_id, status, packed, booked_at)
    SELECT shop_id, slip, tenant_id, status, decode(packed, 'base64'), %(booked_at)s::timestamptz
    FROM kept
),

entry AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, staff, slip, points, paid_yen,
        excluded_yen, returned_yen, receipt_till, receipt_no, lines, of_entry_id, reason, rank,
        slides_to, offline, at, business_date, cycle_id, booked_at
    )
    SELECT
        member_id, entry_id, kind, tenant_id, shop_id, till, staff, slip, points, paid_yen,
        excluded_yen, returned_yen, receipt_till, receipt_no, lines, of_entry_id, reason, rank,
        slides_to, coalesce(offline, false), at, business_date, cycle_id, %(booked_at)s::timestamptz
    FROM json_to_recordset(%(entries)s::json) AS e (
        member_id bigint, entry_id bigint, kind text, tenant_id bigint, shop_id bigint, till text,
        staff text, slip text, points bigint, paid_yen bigint, excluded_yen bigint,
        returned_yen bigint, receipt_till text, receipt_no text, lines jsonb, of_entry_id bigint,
        reason text, rank text, slides_to date, offline boolean, at timestamptz,
        business_date date, cycle_id integer
    )
),

receipt AS (
    INSERT INTO federation.receipts (
        shop_id, business_date, receipt_till, receipt_no, tenant_id, slip, slip_shop_id, booked_at
    )
    SELECT
        shop_id, business_date, receipt_till, receipt_no, tenant_id, slip, slip_shop_id,
        %(booked_at)s::timestamptz
    FROM json_to_recordset(%(receipts)s::json) AS r (
        shop_id bigint, business_date date, receipt_till text, receipt_no text, tenant_id bigint,
        slip text, slip_shop_id bigint
    )
    ORDER BY shop_id, business_date, receipt_till, receipt_no
),

freed AS (       -- these receipts may earn again
    DELETE FROM federation.receipts
    USING json_to_recordset(%(freed)s::json) AS f (
        shop_id bigint, business_date date, receipt_till text, receipt_no text, slip text
    )
    WHERE
        receipts.shop_id = f.shop_id
        AND receipts.business_date = f.business_date
        AND receipts.receipt_till = f.receipt_till
        AND receipts.receipt_no = f.receipt_no
        AND receipts.slip = f.slip
),

lot AS (
    INSERT INTO federation.lots (
        member_id, entry_id, part, points, points_left, points_held, shop_id, funder_id, scheme_id,
        facility_id, limited, rule, usable_from, expires_on, from_member_id, from_entry_id, from_part
    )
    SELECT *
    FROM json_to_recordset(%(lots)s::json) AS l (
        member_id bigint, entry_id bigint, part smallint, points bigint, points_left bigint,
        points_held bigint, shop_id bigint, funder_id bigint, scheme_id integer, facility_id bigint,
        limited boolean, rule text, usable_from date, expires_on date, from_member_id bigint,
        from_entry_id bigint, from_part smallint
    )
),

left_over AS (
    UPDATE federation.lots
    SET points_left = c.points_left, points_held = c.points_held
    FROM json_to_recordset(%(changed)s::json) AS c (
        member_id bigint, entry_id bigint, part smallint, points_left bigint, points_held bigint
    )
    WHERE lots.member_id = c.member_id AND lots.entry_id = c.entry_id AND lots.part = c.part
),

draw AS (
    INSERT INTO federation.draws (
        member_id, entry_id, lot_entry_id, lot_part, n, kind, points, tenant_id, shop_id, funder_id,
        scheme_id, rule, business_date, cycle_id, for_funder_id, for_rule, booked_at
    )
    SELECT d.*, %(booked_at)s::timestamptz
    FROM json_to_recordset(%(draws)s::json) AS d (
        member_id bigint, entry_id bigint, lot_entry_id bigint, lot_part smallint, n smallint,
        kind text, points bigint, tenant_id bigint, shop_id bigint, funder_id bigint,
        scheme_id integer, rule text, business_date date, cycle_id integer, for_funder_id bigint,
        for_rule text
    )
)

UPDATE federation.wallets
SET
    points = w.points,
    points_held = w.points_held,
    points_owed = w.points_owed,
    next_expires_on = w.next_expires_on,
    next_expiring_points = w.next_expiring_points,
    next_change_at = w.next_change_at,
    slides_on = w.slides_on,
    state = coalesce(w.state, wallets.state)
FROM json_to_recordset(%(wallets)s::json) AS w (
    member_id bigint, points bigint, points_held bigint, points_owed bigint, next_expires_on date,
    next_expiring_points bigint, next_change_at timestamptz, slides_on date, state text
)
WHERE wallets.member_id = w.member_id
