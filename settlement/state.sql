-- Every statement of a cycle with its lines.
WITH stated AS (
    INSERT INTO settlement.statements (cycle_id, party_id, total_yen, body)
    SELECT %(cycle_id)s::integer, party_id, total_yen, body
    FROM json_to_recordset(%(statements)s::json) AS s (party_id bigint, total_yen bigint, body text)
    RETURNING party_id
)

INSERT INTO settlement.lines (cycle_id, party_id, code, original, points, entries, yen)
SELECT %(cycle_id)s::integer, party_id, code, original, points, entries, yen
FROM json_to_recordset(%(lines)s::json) AS l (
    party_id bigint, code smallint, original smallint, points bigint, entries bigint, yen bigint
)
INNER JOIN stated USING (party_id)
