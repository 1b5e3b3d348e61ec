-- The stamps of cards.
INSERT INTO tenants.stamps (member_id, code, card_no, mark, stamped_on, entry_id, facility_id)
SELECT member_id, code, card_no, mark, stamped_on, entry_id, facility_id
FROM json_to_recordset(%(stamps)s::json) AS s (
    member_id bigint, code text, card_no integer, mark text, stamped_on date, entry_id bigint,
    facility_id bigint
)
