-- Cards as they are left.
INSERT INTO tenants.stamp_cards (member_id, code, card_no, opened_on, state)
SELECT member_id, code, card_no, opened_on, state
FROM json_to_recordset(%(cards)s::json) AS c (
    member_id bigint, code text, card_no integer, opened_on date, state text
)
ORDER BY member_id, code, card_no
ON CONFLICT (member_id, code, card_no) DO UPDATE SET state = excluded.state
