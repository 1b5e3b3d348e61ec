-- How many entries stand in each line of each statement of a cycle. `puts` says which movement goes
-- into whose line; what has yen and is late goes to the adjustments, under its own code.
WITH put AS (
    SELECT * FROM json_to_recordset(%(puts)s::json) AS p (
        funding text, movement text, kind text, role text, code integer, sign integer
    )
),

met AS (
    SELECT
        parts.entry_id, put.code, parts.late AND put.sign <> 0 AS late,
        CASE put.role
            WHEN 'funder' THEN parts.funder_id
            WHEN 'tenant' THEN parts.tenant_id
            ELSE (SELECT fund.party_id FROM tenants.parties AS fund WHERE fund.kind = put.role)
        END AS party_id
    FROM settlement.parts
    INNER JOIN put USING (funding, movement, kind)
    WHERE parts.cycle_id = %(cycle_id)s::integer AND parts.booked_at >= %(since)s::timestamptz
)

SELECT
    parties.code AS party,
    CASE WHEN met.late THEN %(late)s::integer ELSE met.code END AS code,
    CASE WHEN met.late THEN met.code ELSE 0 END AS original,
    count(DISTINCT met.entry_id) AS entries
FROM met
INNER JOIN tenants.parties USING (party_id)
GROUP BY 1, 2, 3
