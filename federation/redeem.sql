-- Every redemption of a batch at once: which lots are drawn, what is posted. A member whose points
-- do not reach gets no row back and nothing written. Each member stands here once, under its lock.
WITH asked AS (
    SELECT *
    FROM json_to_recordset(%(asked)s::json) AS a (
        member_id bigint, entry_id bigint, tenant_id bigint, shop_id bigint, facility_id bigint,
        till text, staff text, slip text, wanted bigint, receipt_no text, at timestamptz,
        business_date date, cycle_id integer
    )
),

open_lots AS (
    SELECT
        lots.member_id, lots.entry_id AS lot_entry_id, lots.part AS lot_part, lots.rule,
        lots.expires_on, lots.limited, lots.funder_id, lots.scheme_id, lots.shop_id AS issuer_id,
        lots.points_left, lots.points_left - lots.points_held AS free,
        lots.points_left > lots.points_held
        AND lots.usable_from <= %(today)s::date
        AND lots.expires_on >= %(today)s::date
        AND (lots.facility_id IS NULL OR lots.facility_id = asked.facility_id) AS honoured
    FROM asked
    INNER JOIN federation.lots USING (member_id)
    WHERE lots.points_left > 0
),

spendable AS (   -- per grant: soonest expiry, then limited points, then the oldest entry and part
    SELECT
        member_id, lot_entry_id, rule, sum(free)::bigint AS free,
        (sum(sum(free)) OVER (
            PARTITION BY member_id
            ORDER BY expires_on, limited DESC, lot_entry_id, min(lot_part)
        ))::bigint AS reach
    FROM open_lots
    WHERE honoured
    GROUP BY member_id, lot_entry_id, rule, expires_on, limited
),

admitted AS (
    SELECT asked.*
    FROM asked
    WHERE asked.wanted <= (SELECT max(reach) FROM spendable WHERE spendable.member_id = asked.member_id)
),

taken AS (       -- how much of each grant goes
    SELECT
        spendable.member_id, spendable.lot_entry_id, spendable.rule, spendable.free AS grant_free,
        least(spendable.free, admitted.wanted - (spendable.reach - spendable.free)) AS taken
    FROM spendable
    INNER JOIN admitted USING (member_id)
    WHERE spendable.reach - spendable.free < admitted.wanted
),

shared AS (      -- the parts of one grant pro rata to what is left in them, rounded down
    SELECT
        open_lots.*, taken.taken,
        open_lots.free * taken.taken / taken.grant_free AS whole,
        open_lots.free * taken.taken %% taken.grant_free AS remainder
    FROM taken
    INNER JOIN open_lots USING (member_id, lot_entry_id, rule)
    WHERE open_lots.honoured
),

drawn AS (       -- what rounding left goes to the largest remainder; facility and operator stand first
    SELECT
        *,
        whole + CASE
            WHEN row_number() OVER (
                PARTITION BY member_id, lot_entry_id, rule ORDER BY remainder DESC, lot_part
            ) <= taken - sum(whole) OVER (PARTITION BY member_id, lot_entry_id, rule) THEN 1
            ELSE 0
        END AS points
    FROM shared
),

entry AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, staff, slip, points, receipt_no, at,
        business_date, cycle_id, booked_at
    )
    SELECT
        member_id, entry_id, 'redemption', tenant_id, shop_id, till, staff, slip, -wanted,
        receipt_no, at, business_date, cycle_id, %(booked_at)s::timestamptz
    FROM admitted
),

draw AS (
    INSERT INTO federation.draws (
        member_id, entry_id, lot_entry_id, lot_part, kind, points, tenant_id, shop_id, funder_id,
        scheme_id, rule, business_date, cycle_id, booked_at
    )
    SELECT
        drawn.member_id, admitted.entry_id, drawn.lot_entry_id, drawn.lot_part, 'redemption',
        drawn.points, admitted.tenant_id, admitted.shop_id, drawn.funder_id, drawn.scheme_id,
        drawn.rule, admitted.business_date, admitted.cycle_id, %(booked_at)s::timestamptz
    FROM drawn
    INNER JOIN admitted USING (member_id)
    WHERE drawn.points > 0
),

lot AS (
    UPDATE federation.lots
    SET points_left = lots.points_left - drawn.points
    FROM drawn
    WHERE
        drawn.points > 0
        AND lots.member_id = drawn.member_id
        AND lots.entry_id = drawn.lot_entry_id
        AND lots.part = drawn.lot_part
),

soonest AS (     -- what lapses first of all that is left
    SELECT DISTINCT ON (open_lots.member_id)
        open_lots.member_id, open_lots.expires_on,
        sum(open_lots.points_left - coalesce(drawn.points, 0)) AS points
    FROM open_lots
    LEFT JOIN drawn USING (member_id, lot_entry_id, lot_part)
    WHERE open_lots.points_left > coalesce(drawn.points, 0)
    GROUP BY open_lots.member_id, open_lots.expires_on
    ORDER BY open_lots.member_id, open_lots.expires_on
),

parts AS (
    SELECT
        member_id,
        json_agg(
            json_build_array(points, expires_on, issuer_id, lot_entry_id, lot_part)
            ORDER BY expires_on, limited DESC, lot_entry_id, lot_part
        ) AS lots
    FROM drawn
    WHERE points > 0
    GROUP BY member_id
)

UPDATE federation.wallets AS wallet
SET
    points = wallet.points - admitted.wanted,
    next_expires_on = soonest.expires_on,
    next_expiring_points = coalesce(soonest.points, 0),
    next_change_at = (soonest.expires_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
FROM admitted
INNER JOIN parts USING (member_id)
LEFT JOIN soonest USING (member_id)
WHERE wallet.member_id = admitted.member_id
RETURNING
    wallet.member_id, wallet.points, wallet.points_held, wallet.points_owed,
    wallet.next_expires_on, wallet.next_expiring_points, parts.lots
