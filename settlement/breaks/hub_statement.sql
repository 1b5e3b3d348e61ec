-- Lines of a sealed cycle's statements that do not say what the hub booked in it: points and entries as
-- the books have them now, and as they were stated; with entries that were booked after the close.
WITH put AS (
    SELECT * FROM json_to_recordset(%(puts)s::json) AS p (
        funding text, movement text, kind text, role text, code integer, sign integer
    )
),

sealed AS (
    SELECT cycles.cycle_id, cycles.closed_at, calendar.last_on
    FROM settlement.cycles
    INNER JOIN federation.cycles AS calendar USING (cycle_id)
    WHERE cycles.stage = 'sealed' AND cycles.cycle_id = %(cycle_id)s::integer
),

hub AS (
    SELECT
        parts.cycle_id,
        CASE put.role
            WHEN 'funder' THEN parts.funder_id
            WHEN 'tenant' THEN parts.tenant_id
            ELSE (SELECT fund.party_id FROM tenants.parties AS fund WHERE fund.kind = put.role)
        END AS party_id,
        CASE WHEN parts.late AND put.sign <> 0 THEN %(late)s::integer ELSE put.code END AS code,
        CASE WHEN parts.late AND put.sign <> 0 THEN put.code ELSE 0 END AS original,
        sum(parts.points)::bigint AS points, count(DISTINCT parts.entry_id) AS entries,
        array_agg(DISTINCT parts.entry_id) FILTER (WHERE parts.booked_at > sealed.closed_at) AS after
    FROM settlement.parts
    INNER JOIN sealed USING (cycle_id)
    INNER JOIN put USING (funding, movement, kind)
    WHERE parts.booked_at >= %(since)s::timestamptz
    GROUP BY 1, 2, 3, 4
),

stated AS (
    SELECT lines.cycle_id, lines.party_id, lines.code, coalesce(lines.original, 0) AS original,
        lines.points, lines.entries
    FROM settlement.lines
    INNER JOIN sealed USING (cycle_id)
    WHERE
        lines.code = %(late)s OR lines.code IN (SELECT put.code FROM put)
)

SELECT
    cycle_id, party_id, code, original, sealed.last_on AS business_date,
    coalesce(hub.points, 0) AS told, coalesce(stated.points, 0) AS found,
    coalesce(hub.entries, 0) AS entries, coalesce(stated.entries, 0) AS stated_entries,
    coalesce(hub.after, '{}') AS after
FROM hub
FULL JOIN stated USING (cycle_id, party_id, code, original)
INNER JOIN sealed USING (cycle_id)
WHERE
    (coalesce(hub.points, 0), coalesce(hub.entries, 0))
    <> (coalesce(stated.points, 0), coalesce(stated.entries, 0))
ORDER BY cycle_id, party_id, code, original
