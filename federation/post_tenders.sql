-- How sales were paid, where rules of tenders may ask: yen by tender.
INSERT INTO federation.tenders (member_id, entry_id, paid_yen)
SELECT t.member_id, t.entry_id, t.paid_yen
FROM json_to_recordset(%(tenders)s::json) AS t (member_id bigint, entry_id bigint, paid_yen jsonb)
