-- 移行精算: what these members have left of lots under other schemes goes on under this one. Each lot
-- becomes a new one with the same funder, rule, shop and last day, in one entry per entry that had
-- granted it, so that the order of spending stays; the old lots are drawn empty.
WITH moving AS (
    SELECT lots.*, lots.points_left - lots.points_held AS free
    FROM federation.lots
    WHERE
        lots.member_id = ANY(%(members)s::bigint [])
        AND lots.scheme_id <> %(scheme_id)s::integer
        AND lots.points_left > lots.points_held
        AND lots.expires_on >= %(today)s::date
),

numbered AS (
    SELECT grants.*, nextval('federation.entry_ids') AS new_entry_id
    FROM (
        SELECT DISTINCT member_id, entry_id FROM moving ORDER BY member_id, entry_id
    ) AS grants
),

cycle AS (
    SELECT coalesce(
        (
            SELECT cycle_id FROM federation.cycles
            WHERE closed_at IS NULL AND %(today)s::date BETWEEN first_on AND last_on
        ),
        (SELECT min(cycle_id) FROM federation.cycles WHERE closed_at IS NULL)
    ) AS cycle_id
),

entry AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, points, at, business_date, cycle_id,
        booked_at
    )
    SELECT
        numbered.member_id, numbered.new_entry_id, 'changeover', %(tenant_id)s::bigint,
        %(shop_id)s::bigint, %(till)s::text, 0, %(booked_at)s::timestamptz, %(today)s::date,
        cycle.cycle_id, %(booked_at)s::timestamptz
    FROM numbered
    CROSS JOIN cycle
),

draw AS (
    INSERT INTO federation.draws (
        member_id, entry_id, lot_entry_id, lot_part, kind, points, tenant_id, shop_id, funder_id,
        scheme_id, rule, business_date, cycle_id, booked_at
    )
    SELECT
        moving.member_id, numbered.new_entry_id, moving.entry_id, moving.part, 'changeover',
        moving.free, %(tenant_id)s::bigint, %(shop_id)s::bigint, moving.funder_id,
        moving.scheme_id, moving.rule, %(today)s::date, cycle.cycle_id, %(booked_at)s::timestamptz
    FROM moving
    INNER JOIN numbered USING (member_id, entry_id)
    CROSS JOIN cycle
),

emptied AS (
    UPDATE federation.lots
    SET points_left = lots.points_left - moving.free
    FROM moving
    WHERE
        lots.member_id = moving.member_id
        AND lots.entry_id = moving.entry_id
        AND lots.part = moving.part
),

lot AS (
    INSERT INTO federation.lots (
        member_id, entry_id, part, points, points_left, shop_id, funder_id, scheme_id, facility_id,
        limited, rule, usable_from, expires_on
    )
    SELECT
        moving.member_id, numbered.new_entry_id, moving.part, moving.free, moving.free,
        moving.shop_id, moving.funder_id, %(scheme_id)s::integer, moving.facility_id,
        moving.limited, moving.rule, moving.usable_from, moving.expires_on
    FROM moving
    INNER JOIN numbered USING (member_id, entry_id)
)

SELECT count(*)::bigint AS lots, coalesce(sum(free), 0)::bigint AS points FROM moving
