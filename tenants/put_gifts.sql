-- What is due, once under its slip.
INSERT INTO tenants.gifts (
    slip, member_id, occasion_id, points, due_on, given_on, shop_id, caused_by_member_id,
    caused_by_entry_id
)
SELECT
    slip, member_id, occasion_id, points, due_on, given_on, shop_id, caused_by_member_id,
    caused_by_entry_id
FROM json_to_recordset(%(gifts)s::json) AS g (
    slip text, member_id bigint, occasion_id bigint, points bigint, due_on date, given_on date,
    shop_id bigint, caused_by_member_id bigint, caused_by_entry_id bigint
)
ORDER BY slip
ON CONFLICT (slip) DO NOTHING
