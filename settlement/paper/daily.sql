-- What each line of a cycle's statements comes to on each business date, for one party or, where none
-- is named, for all. `puts` says which movement goes into whose line, as in count.sql; what is late
-- stands in the adjustments, under its own business date.
WITH put AS (
    SELECT * FROM json_to_recordset(%(puts)s::json) AS p (
        funding text, movement text, kind text, role text, code integer, sign integer
    )
),

met AS (
    SELECT
        parts.member_id, parts.entry_id, parts.booked_at, parts.points, put.code, put.sign,
        parts.late AND put.sign <> 0 AS late,
        CASE put.role
            WHEN 'funder' THEN parts.funder_id
            WHEN 'tenant' THEN parts.tenant_id
            ELSE (SELECT fund.party_id FROM tenants.parties AS fund WHERE fund.kind = put.role)
        END AS party_id
    FROM settlement.parts
    INNER JOIN put USING (funding, movement, kind)
    WHERE
        parts.cycle_id = %(cycle_id)s::integer
        AND parts.booked_at BETWEEN %(since)s::timestamptz AND %(until)s::timestamptz
)

SELECT
    met.party_id, entries.business_date,
    CASE WHEN met.late THEN %(late)s::integer ELSE met.code END AS code,
    CASE WHEN met.late THEN met.code ELSE 0 END AS original,
    sum(met.points)::bigint AS points,
    count(DISTINCT met.entry_id) AS entries,
    sum(met.points * met.sign)::bigint AS yen,
    bool_and(met.sign = 0) AS memo
FROM met
INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
WHERE %(party_id)s::bigint IS NULL OR met.party_id = %(party_id)s
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
