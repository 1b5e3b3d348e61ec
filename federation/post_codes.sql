-- One-time codes that have paid, and how often PINs were given wrong.
WITH pin AS (
    UPDATE federation.pins
    SET wrong_tries = p.wrong_tries
    FROM json_to_recordset(%(pins)s::json) AS p (carrier text, wrong_tries smallint)
    WHERE pins.carrier = p.carrier
)

UPDATE federation.codes
SET used_at = %(booked_at)s::timestamptz, used_shop_id = c.shop_id, used_slip = c.slip
FROM json_to_recordset(%(codes)s::json) AS c (code text, shop_id bigint, slip text)
WHERE codes.code = c.code AND codes.used_at IS NULL
