-- Holds that were made, with what they keep, and holds that have ended.
WITH made AS (
    INSERT INTO federation.holds (
        member_id, entry_id, tenant_id, shop_id, business_date, points, made_at, expires_at
    )
    SELECT
        member_id, entry_id, tenant_id, shop_id, business_date, points, %(now)s::timestamptz,
        expires_at
    FROM json_to_recordset(%(holds)s::json) AS h (
        member_id bigint, entry_id bigint, tenant_id bigint, shop_id bigint, business_date date,
        points bigint, expires_at timestamptz
    )
),

part AS (
    INSERT INTO federation.hold_parts (member_id, entry_id, lot_entry_id, lot_part, points)
    SELECT *
    FROM json_to_recordset(%(hold_parts)s::json) AS p (
        member_id bigint, entry_id bigint, lot_entry_id bigint, lot_part smallint, points bigint
    )
)

UPDATE federation.holds
SET
    state = e.state,
    captured_points = e.captured_points,
    ended_entry_id = e.ended_entry_id,
    ended_at = %(booked_at)s::timestamptz
FROM json_to_recordset(%(ended)s::json) AS e (
    member_id bigint, entry_id bigint, state text, captured_points bigint, ended_entry_id bigint
)
WHERE holds.member_id = e.member_id AND holds.entry_id = e.entry_id AND holds.state = 'open'
