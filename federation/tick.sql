-- What the clock has decided for these members: points past their last day lapse, one entry per
-- member and day, on the business date they expired. Held points wait for their hold.
WITH due AS (
    SELECT lots.*, lots.points_left - lots.points_held AS lapsing
    FROM federation.wallets
    INNER JOIN federation.lots USING (member_id)
    WHERE
        wallets.member_id = ANY(%(members)s::bigint [])
        AND wallets.next_expires_on < %(today)s::date
        AND lots.points_left > lots.points_held
        AND lots.expires_on < %(today)s::date
),

open_cycles AS (
    SELECT cycle_id, first_on, last_on FROM federation.cycles WHERE closed_at IS NULL
),

lapse AS (
    SELECT
        days.*,
        nextval('federation.entry_ids') AS entry_id,
        coalesce(
            (
                SELECT cycle_id FROM open_cycles
                WHERE days.expires_on BETWEEN open_cycles.first_on AND open_cycles.last_on
            ),
            (SELECT min(cycle_id) FROM open_cycles)
        ) AS cycle_id
    FROM (
        SELECT member_id, expires_on, sum(lapsing)::bigint AS points
        FROM due
        GROUP BY member_id, expires_on
        ORDER BY member_id, expires_on
    ) AS days
),

entry AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, points, at, business_date, cycle_id,
        booked_at
    )
    SELECT
        member_id, entry_id, 'lapse', %(tenant_id)s::bigint, %(shop_id)s::bigint, %(till)s::text,
        -points, (expires_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo', expires_on, cycle_id,
        %(booked_at)s::timestamptz
    FROM lapse
),

draw AS (
    INSERT INTO federation.draws (
        member_id, entry_id, lot_entry_id, lot_part, kind, points, tenant_id, shop_id, funder_id,
        scheme_id, rule, business_date, cycle_id, booked_at
    )
    SELECT
        due.member_id, lapse.entry_id, due.entry_id, due.part, 'lapse', due.lapsing,
        %(tenant_id)s::bigint, %(shop_id)s::bigint, due.funder_id, due.scheme_id, due.rule,
        due.expires_on, lapse.cycle_id, %(booked_at)s::timestamptz
    FROM due
    INNER JOIN lapse USING (member_id, expires_on)
),

lot AS (
    UPDATE federation.lots
    SET points_left = lots.points_left - due.lapsing
    FROM due
    WHERE lots.member_id = due.member_id AND lots.entry_id = due.entry_id AND lots.part = due.part
),

lapsed AS (
    SELECT member_id, sum(points)::bigint AS points FROM lapse GROUP BY member_id
),

soonest AS (     -- what lapses first of all that is left
    SELECT DISTINCT ON (lots.member_id)
        lots.member_id, lots.expires_on, sum(lots.points_left - coalesce(due.lapsing, 0)) AS points
    FROM lapsed
    INNER JOIN federation.lots USING (member_id)
    LEFT JOIN due USING (member_id, entry_id, part)
    WHERE lots.points_left > coalesce(due.lapsing, 0)
    GROUP BY lots.member_id, lots.expires_on
    ORDER BY lots.member_id, lots.expires_on
)

UPDATE federation.wallets AS wallet
SET
    points = wallet.points - lapsed.points,
    next_expires_on = soonest.expires_on,
    next_expiring_points = coalesce(soonest.points, 0),
    next_change_at = (soonest.expires_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
FROM lapsed
LEFT JOIN soonest USING (member_id)
WHERE wallet.member_id = lapsed.member_id
RETURNING
    wallet.member_id, wallet.points, wallet.points_held, wallet.points_owed,
    wallet.next_expires_on, wallet.next_expiring_points
