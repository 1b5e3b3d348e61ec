-- Every statement of a cycle with its lines, and under what they were written.
WITH stated AS (
    INSERT INTO settlement.statements (cycle_id, party_id, total_yen, body)
    SELECT %(cycle_id)s::integer, party_id, total_yen, body
    FROM json_to_recordset(%(statements)s::json) AS s (party_id bigint, total_yen bigint, body text)
    RETURNING party_id
),

agreed AS (
    INSERT INTO settlement.conditions (
        cycle_id, party_id, terms, carried_yen, units, adjustments
    )
    SELECT %(cycle_id)s::integer, party_id, terms, carried_yen, units, adjustments
    FROM json_to_recordset(%(conditions)s::json) AS c (
        party_id bigint, terms text, carried_yen bigint, units text, adjustments text
    )
),

split AS (
    INSERT INTO settlement.splits (cycle_id, party_id, unit, yen)
    SELECT %(cycle_id)s::integer, party_id, unit, yen
    FROM json_to_recordset(%(splits)s::json) AS p (party_id bigint, unit text, yen bigint)
    INNER JOIN stated USING (party_id)
)

INSERT INTO settlement.lines (
    cycle_id, party_id, code, original, points, entries, yen, carry, of_cycle_id, settles, tax_bp
)
SELECT
    %(cycle_id)s::integer, party_id, code, original, points, entries, yen, carry,
    replace(of_cycle, '-', '')::integer, settles, tax_bp
FROM json_to_recordset(%(lines)s::json) AS l (
    party_id bigint, code smallint, original smallint, points bigint, entries bigint, yen bigint,
    carry text, of_cycle text, settles text, tax_bp integer
)
INNER JOIN stated USING (party_id)
