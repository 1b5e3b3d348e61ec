-- Every accrual of a batch at once. Known slips were answered before; each member stands here once.
WITH asked AS (
    SELECT *
    FROM json_to_recordset(%(asked)s::json) AS a (
        member_id bigint, entry_id bigint, tenant_id bigint, shop_id bigint, till text, staff text,
        slip text, points bigint, paid_yen bigint, excluded_yen bigint, receipt_shop_id bigint,
        receipt_till text, receipt_no text, lines jsonb, at timestamptz, business_date date, cycle_id integer
    )
),

granted AS (
    SELECT *
    FROM json_to_recordset(%(lots)s::json) AS g (
        member_id bigint, entry_id bigint, part smallint, points bigint, shop_id bigint,
        funder_id bigint, scheme_id integer, facility_id bigint, limited boolean, rule text,
        usable_from date, expires_on date
    )
),

entry AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, staff, slip, points, paid_yen,
        excluded_yen, receipt_till, receipt_no, lines, at, business_date, cycle_id, booked_at
    )
    SELECT
        member_id, entry_id, 'accrual', tenant_id, shop_id, till, staff, slip, points, paid_yen,
        excluded_yen, receipt_till, receipt_no, lines, at, business_date, cycle_id,
        %(booked_at)s::timestamptz
    FROM asked
),

receipt AS (
    INSERT INTO federation.receipts (
        shop_id, business_date, receipt_till, receipt_no, tenant_id, slip, booked_at
    )
    SELECT
        receipt_shop_id, business_date, receipt_till, receipt_no, tenant_id, slip,
        %(booked_at)s::timestamptz
    FROM asked
    ORDER BY receipt_shop_id, business_date, receipt_till, receipt_no
),

lot AS (
    INSERT INTO federation.lots (
        member_id, entry_id, part, points, points_left, shop_id, funder_id, scheme_id, facility_id,
        limited, rule, usable_from, expires_on
    )
    SELECT
        member_id, entry_id, part, points, points, shop_id, funder_id, scheme_id, facility_id,
        limited, rule, usable_from, expires_on
    FROM granted
),

soonest AS (    -- what of this grant lapses first
    SELECT DISTINCT ON (member_id)
        member_id, expires_on, sum(points) AS points
    FROM granted
    GROUP BY member_id, expires_on
    ORDER BY member_id, expires_on
)

UPDATE federation.wallets AS wallet
SET
    points = wallet.points + asked.points,
    next_expiring_points = CASE
        WHEN soonest.expires_on IS NULL OR soonest.expires_on > wallet.next_expires_on
            THEN wallet.next_expiring_points
        WHEN soonest.expires_on = wallet.next_expires_on
            THEN wallet.next_expiring_points + soonest.points
        ELSE soonest.points
    END,
    next_expires_on = least(wallet.next_expires_on, soonest.expires_on),
    next_change_at = least(
        wallet.next_change_at, (soonest.expires_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
    )
FROM asked
LEFT JOIN soonest USING (member_id)
WHERE wallet.member_id = asked.member_id
RETURNING
    wallet.member_id, wallet.points, wallet.points_held, wallet.points_owed,
    wallet.next_expires_on, wallet.next_expiring_points
