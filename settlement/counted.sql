-- How many entries stand in each line of each statement of a cycle: as they were folded, and those
-- that are not yet, counted as in count.sql. An entry is either in or not, never in part.
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
        unfolded.entry_id, put.code, unfolded.late AND put.sign <> 0 AS late,
        CASE put.role
            WHEN 'funder' THEN unfolded.funder_id
            WHEN 'tenant' THEN unfolded.tenant_id
            ELSE put.fund_id
        END AS party_id
    FROM settlement.unfolded
    INNER JOIN put USING (funding, movement, kind)
    WHERE
        unfolded.cycle_id = %(cycle_id)s::integer AND unfolded.booked_at >= %(since)s::timestamptz
),

counted AS (
    SELECT party_id, code, original, entries FROM settlement.counts
    WHERE cycle_id = %(cycle_id)s::integer
    UNION ALL
    SELECT
        party_id, CASE WHEN late THEN %(late)s::integer ELSE code END,
        CASE WHEN late THEN code ELSE 0 END, count(DISTINCT entry_id)
    FROM met
    GROUP BY 1, 2, 3
)

SELECT
    parties.code AS party, counted.code, counted.original, sum(counted.entries)::bigint AS entries
FROM counted
INNER JOIN tenants.parties USING (party_id)
GROUP BY 1, 2, 3
