-- A cycle with how far it is, the scheme in force at its end, and whether an older one still waits.
SELECT
    calendar.first_on,
    calendar.last_on,
    calendar.closed_at,
    coalesce(cycles.state, 'open') AS state,
    cycles.stage,
    (
        SELECT schemes.scheme_id FROM tenants.schemes
        WHERE schemes.from_on <= calendar.last_on
        ORDER BY schemes.from_on DESC
        LIMIT 1
    ) AS scheme_id,
    EXISTS (
        SELECT FROM federation.cycles AS older
        LEFT JOIN settlement.seals USING (cycle_id)
        WHERE older.first_on < calendar.first_on AND seals.cycle_id IS NULL
    ) AS older_waits,
    NOT EXISTS (
        SELECT FROM federation.cycles AS older WHERE older.first_on < calendar.first_on
    ) AS eldest,
    (SELECT max(planned.last_on) FROM federation.cycles AS planned) AS planned_to
FROM federation.cycles AS calendar
LEFT JOIN settlement.cycles USING (cycle_id)
WHERE calendar.cycle_id = %(cycle_id)s::integer
