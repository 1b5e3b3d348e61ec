-- What each funder's points did in a cycle, and where: one pass over its draws and its lots.
-- `since` is before anything of this cycle was booked, so that older months are not read.
WITH calendar AS (
    SELECT cycle_id, first_on FROM federation.cycles WHERE cycle_id = %(cycle_id)s::integer
),

part AS (
    SELECT
        draws.member_id, draws.entry_id, draws.lot_entry_id, draws.lot_part,
        CASE
            WHEN draws.kind = 'redemption' THEN 'used'
            WHEN draws.kind = 'lapse' THEN 'lapsed'
            WHEN draws.kind = 'changeover' THEN 'moved-out'
            WHEN draws.points < 0 THEN 'restored'
            ELSE 'recovered'
        END AS movement,
        draws.rule, draws.scheme_id, draws.funder_id, draws.tenant_id, draws.business_date,
        CASE
            WHEN draws.kind IN ('redemption', 'lapse', 'changeover') THEN draws.points
            ELSE abs(draws.points)
        END AS points
    FROM federation.draws
    WHERE draws.cycle_id = %(cycle_id)s::integer AND draws.booked_at >= %(since)s::timestamptz
    UNION ALL
    SELECT
        lots.member_id, lots.entry_id, lots.entry_id, lots.part,
        CASE entries.kind WHEN 'changeover' THEN 'moved-in' ELSE 'granted' END,
        lots.rule, lots.scheme_id, lots.funder_id, entries.tenant_id, entries.business_date,
        lots.points
    FROM federation.entries
    INNER JOIN federation.lots USING (member_id, entry_id)
    WHERE entries.cycle_id = %(cycle_id)s::integer AND entries.booked_at >= %(since)s::timestamptz
),

told AS (        -- the first part of an entry leads it
    SELECT
        part.*,
        CASE split_part(part.rule, ':', 1)
            WHEN 'base' THEN 'base' WHEN 'campaign' THEN 'campaign' ELSE 'rank'
        END AS kind,
        row_number() OVER (
            PARTITION BY part.member_id, part.entry_id, part.movement
            ORDER BY part.lot_entry_id, part.lot_part
        ) = 1 AS leads
    FROM part
)

INSERT INTO settlement.flows (
    cycle_id, funder_id, tenant_id, movement, kind, funding, late, points, entries, led
)
SELECT
    calendar.cycle_id, told.funder_id, told.tenant_id, told.movement, told.kind, schemes.funding,
    told.business_date < calendar.first_on, sum(told.points),
    count(DISTINCT told.entry_id), count(*) FILTER (WHERE told.leads)
FROM told
CROSS JOIN calendar
INNER JOIN tenants.schemes USING (scheme_id)
GROUP BY 1, 2, 3, 4, 5, 6, 7
