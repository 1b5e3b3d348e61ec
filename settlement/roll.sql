-- Fold the entries of these numbers into positions and counts, each entry as a whole, and move the
-- mark behind them. `puts` says which movement goes into whose line, as in count.sql. LATERAL and
-- OFFSET 0: entry by entry, by their keys, so that a slice costs what is in it, however much stands
-- around it. `since` and `till` are the slice's own: other months are not even looked for.
WITH slice AS MATERIALIZED (
    SELECT
        journal.entry_id, parts.cycle_id, parts.funder_id, parts.tenant_id, parts.movement, parts.kind,
        parts.funding, parts.late, parts.points
    FROM federation.journal
    CROSS JOIN LATERAL (
        SELECT
            parts.cycle_id, parts.funder_id, parts.tenant_id, parts.movement, parts.kind, parts.funding,
            parts.late, parts.points
        FROM settlement.parts
        WHERE
            parts.member_id = journal.member_id
            AND parts.entry_id = journal.entry_id
            AND parts.booked_at = journal.booked_at
            AND parts.booked_at BETWEEN %(since)s::timestamptz AND %(till)s::timestamptz
        OFFSET 0
    ) AS parts
    WHERE journal.number > %(after)s::bigint AND journal.number <= %(upto)s::bigint
),

moved AS (
    INSERT INTO settlement.positions AS positions (
        cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    )
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, sum(points)
    FROM slice
    GROUP BY cycle_id, funder_id, tenant_id, movement, kind, funding, late
    ON CONFLICT (cycle_id, funder_id, tenant_id, movement, kind, funding, late)
    DO UPDATE SET points = positions.points + excluded.points
),

put AS MATERIALIZED (       -- fund and promo fund are one party each
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
        slice.entry_id, slice.cycle_id, put.code, slice.late AND put.sign <> 0 AS late,
        CASE put.role
            WHEN 'funder' THEN slice.funder_id
            WHEN 'tenant' THEN slice.tenant_id
            ELSE put.fund_id
        END AS party_id
    FROM slice
    INNER JOIN put USING (funding, movement, kind)
),

counted AS (
    INSERT INTO settlement.counts AS counts (cycle_id, party_id, code, original, entries)
    SELECT
        cycle_id, party_id, CASE WHEN late THEN %(late)s::integer ELSE code END,
        CASE WHEN late THEN code ELSE 0 END, count(DISTINCT entry_id)
    FROM met
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (cycle_id, party_id, code, original)
    DO UPDATE SET entries = counts.entries + excluded.entries
)

UPDATE settlement.folded SET number = %(upto)s::bigint WHERE number = %(after)s::bigint
RETURNING number
