-- What was judged of lines before the books are asked: after a crash it is not judged anew.
UPDATE tenants.batch_lines AS line
SET
    state = 'judged', waits_for = NULL, kind = judged.kind, seq = judged.seq, slip = judged.slip,
    till = judged.till, shop_id = judged.shop_id, carrier = judged.carrier,
    of_slip = judged.of_slip, business_date = judged.business_date,
    known_before = judged.known_before, over_limit = judged.over_limit,
    spends_points = judged.spends_points, prev_ok = judged.prev_ok, gap_from = judged.gap_from,
    gap_to = judged.gap_to
FROM json_to_recordset(%(judged)s::json) AS judged (
    number bigint, kind text, seq bigint, slip text, till text, shop_id bigint, carrier text,
    of_slip text, business_date date, known_before boolean, over_limit boolean,
    spends_points bigint, prev_ok boolean, gap_from bigint, gap_to bigint
)
WHERE line.number = judged.number AND line.state IN ('received', 'judged', 'waiting')
