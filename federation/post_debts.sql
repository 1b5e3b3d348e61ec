-- What returns left short, what later points have paid of it, and what an undone return takes with it.
WITH short AS (
    INSERT INTO federation.shortages (
        member_id, entry_id, part, tenant_id, shop_id, funder_id, rule, scheme_id, met, points,
        cycle_id, booked_at
    )
    SELECT s.*, %(booked_at)s::timestamptz
    FROM json_to_recordset(%(shortages)s::json) AS s (
        member_id bigint, entry_id bigint, part smallint, tenant_id bigint, shop_id bigint,
        funder_id bigint, rule text, scheme_id integer, met text, points bigint, cycle_id integer
    )
),

forgiven AS (
    UPDATE federation.shortages
    SET undone = true
    FROM json_to_recordset(%(forgiven)s::json) AS f (
        member_id bigint, entry_id bigint, part smallint
    )
    WHERE
        shortages.member_id = f.member_id
        AND shortages.entry_id = f.entry_id
        AND shortages.part = f.part
)

UPDATE federation.shortages
SET points_paid = p.points_paid
FROM json_to_recordset(%(paid)s::json) AS p (
    member_id bigint, entry_id bigint, part smallint, points_paid bigint
)
WHERE shortages.member_id = p.member_id AND shortages.entry_id = p.entry_id AND shortages.part = p.part
