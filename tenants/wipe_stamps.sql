-- The stamps of cards that changed are written anew.
DELETE FROM tenants.stamps
USING json_to_recordset(%(cards)s::json) AS c (member_id bigint, code text, card_no integer)
WHERE
    stamps.member_id = c.member_id AND stamps.code = c.code AND stamps.card_no = c.card_no
