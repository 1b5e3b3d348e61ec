-- How many entries stand in each line of each statement of a cycle. `puts` says which movement goes
-- into whose line; what has yen and is late goes to the adjustments, under its own code.
WITH put AS MATERIALIZED (       -- fund and promo fund are one party each
    SELECT
        p.*,
        (
            SELECT fund.party_id FROM tenants.parties AS fund
            WHERE fund.kind = p.role AND p.role NOT IN ('funder', 'tenant')
        ) AS fund_id
    FROM json_to_recordset(%(puts)s::json) AS p (
        funding text, movement text, kind text, role text, code integer, sign integer
    )
),

met AS (
    SELECT
        parts.entry_id, put.code, parts.late AND put.sign <> 0 AS late,
        CASE put.role
            WHEN 'funder' THEN parts.funder_id
            WHEN 'tenant' THEN parts.tenant_id
            ELSE put.fund_id
        END AS party_id
    FROM settlement.parts
    INNER JOIN put USING (funding, movement, kind)
    WHERE parts.cycle_id = %(cycle_id)s::integer AND parts.booked_at >= %(since)s::timestamptz
),

counted AS MATERIALIZED (       -- before its party's name is looked up, which must not be per row
    SELECT
        party_id,
        CASE WHEN late THEN %(late)s::integer ELSE code END AS code,
        CASE WHEN late THEN code ELSE 0 END AS original,
        count(DISTINCT entry_id) AS entries
    FROM met
    GROUP BY 1, 2, 3
)

SELECT parties.code AS party, counted.code, counted.original, counted.entries
FROM counted
INNER JOIN tenants.parties USING (party_id)
