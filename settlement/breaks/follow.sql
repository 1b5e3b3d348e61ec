-- Write down breaks that were found, and what became of those that were known.
WITH told AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS r (
        break_id text, party_id bigint, leg text, subject text, figure text, business_date date,
        number integer, state text, class text, told bigint, found bigint, behind text, author text,
        reason text
    )
),

fresh AS (
    INSERT INTO settlement.breaks (
        break_id, party_id, leg, subject, figure, business_date, found_at
    )
    SELECT break_id, party_id, leg, subject, figure, business_date, %(now)s::timestamptz
    FROM told
    WHERE number = 1
)

INSERT INTO settlement.break_states (
    break_id, number, party_id, state, class, told, found, behind, author, reason, at
)
SELECT
    break_id, number, party_id, state, class, told, found, behind, author, reason,
    %(now)s::timestamptz
FROM told
ORDER BY break_id
