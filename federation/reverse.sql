-- Every reversal of a batch at once: what an entry granted is taken back whole, what it drew is given
-- back to the same lots. One row is asked per original entry; each member stands here for one slip.
WITH asked AS (
    SELECT *
    FROM json_to_recordset(%(asked)s::json) AS a (
        member_id bigint, entry_id bigint, of_entry_id bigint, tenant_id bigint, shop_id bigint,
        till text, staff text, slip text, reason text, at timestamptz, business_date date,
        cycle_id integer, siblings jsonb
    )
),

original AS (
    SELECT asked.*, entries.kind, entries.shop_id AS of_shop_id, entries.receipt_till,
        entries.receipt_no, entries.business_date AS receipt_date, entries.slip AS of_slip
    FROM asked
    INNER JOIN federation.entries
        ON entries.member_id = asked.member_id AND entries.entry_id = asked.of_entry_id
),

moved AS (       -- points leave (+) the lots of an accrual and come back (-) to those of a redemption
    SELECT
        original.member_id, original.entry_id, lots.entry_id AS lot_entry_id, lots.part AS lot_part,
        lots.points, lots.funder_id, lots.scheme_id, lots.rule
    FROM original
    INNER JOIN federation.lots
        ON lots.member_id = original.member_id AND lots.entry_id = original.of_entry_id
    WHERE original.kind = 'accrual'
    UNION ALL
    SELECT
        original.member_id, original.entry_id, draws.lot_entry_id, draws.lot_part,
        -draws.points, draws.funder_id, draws.scheme_id, draws.rule
    FROM original
    INNER JOIN federation.draws
        ON draws.member_id = original.member_id AND draws.entry_id = original.of_entry_id
    WHERE original.kind = 'redemption'
),

entry AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, staff, slip, reason, points,
        of_entry_id, at, business_date, cycle_id, booked_at
    )
    SELECT
        asked.member_id, asked.entry_id, 'reversal', asked.tenant_id, asked.shop_id, asked.till,
        asked.staff, asked.slip, asked.reason,
        -coalesce((SELECT sum(moved.points) FROM moved WHERE moved.entry_id = asked.entry_id), 0),
        asked.of_entry_id, asked.at, asked.business_date, asked.cycle_id, %(booked_at)s::timestamptz
    FROM asked
),

draw AS (
    INSERT INTO federation.draws (
        member_id, entry_id, lot_entry_id, lot_part, kind, points, tenant_id, shop_id, funder_id,
        scheme_id, rule, business_date, cycle_id, booked_at
    )
    SELECT
        moved.member_id, moved.entry_id, moved.lot_entry_id, moved.lot_part, 'reversal',
        moved.points, asked.tenant_id, asked.shop_id, moved.funder_id, moved.scheme_id, moved.rule,
        asked.business_date, asked.cycle_id, %(booked_at)s::timestamptz
    FROM moved
    INNER JOIN asked USING (member_id, entry_id)
),

lot AS (
    UPDATE federation.lots
    SET points_left = lots.points_left - moved.points
    FROM moved
    WHERE
        lots.member_id = moved.member_id
        AND lots.entry_id = moved.lot_entry_id
        AND lots.part = moved.lot_part
),

receipt AS (     -- the receipt may earn again, at the shop whose register printed it
    DELETE FROM federation.receipts
    USING original
    WHERE
        original.kind = 'accrual'
        AND receipts.shop_id = coalesce(
            (original.siblings ->> original.receipt_till)::bigint, original.of_shop_id
        )
        AND receipts.business_date = original.receipt_date
        AND receipts.receipt_till = original.receipt_till
        AND receipts.receipt_no = original.receipt_no
        AND receipts.slip = original.of_slip
),

net AS (
    SELECT asked.member_id, coalesce(sum(moved.points), 0) AS points
    FROM asked
    LEFT JOIN moved USING (member_id, entry_id)
    GROUP BY asked.member_id
),

soonest AS (     -- what lapses first of all that is left
    SELECT DISTINCT ON (lots.member_id)
        lots.member_id, lots.expires_on, sum(lots.points_left - coalesce(moved.points, 0)) AS points
    FROM net
    INNER JOIN federation.lots USING (member_id)
    LEFT JOIN moved
        ON moved.member_id = lots.member_id
        AND moved.lot_entry_id = lots.entry_id
        AND moved.lot_part = lots.part
    WHERE lots.points_left > coalesce(moved.points, 0)
    GROUP BY lots.member_id, lots.expires_on
    ORDER BY lots.member_id, lots.expires_on
)

UPDATE federation.wallets AS wallet
SET
    points = wallet.points - net.points,
    next_expires_on = soonest.expires_on,
    next_expiring_points = coalesce(soonest.points, 0),
    next_change_at = (soonest.expires_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
FROM net
LEFT JOIN soonest USING (member_id)
WHERE wallet.member_id = net.member_id
RETURNING
    wallet.member_id, wallet.points, wallet.points_held, wallet.points_owed,
    wallet.next_expires_on, wallet.next_expiring_points
