-- What is left of a payment goes to the next cycle that is not confirmed, on both sides.
WITH next AS (
    SELECT calendar.cycle_id
    FROM federation.cycles AS calendar
    LEFT JOIN settlement.cycles USING (cycle_id)
    WHERE
        calendar.cycle_id > %(cycle_id)s::integer
        AND coalesce(cycles.state, 'open') IN ('open', 'closed')
    ORDER BY calendar.cycle_id
    LIMIT 1
)

INSERT INTO settlement.adjustments (
    cycle_id, party_id, kind, yen, of_cycle_id, of_party_id, reference
)
SELECT
    next.cycle_id, sides.party_id, 'carried', sides.yen, %(cycle_id)s::integer, %(party_id)s::bigint,
    %(reference)s::text
FROM next
CROSS JOIN LATERAL (
    SELECT %(party_id)s::bigint AS party_id, %(open_yen)s::bigint AS yen
    UNION ALL
    SELECT parties.party_id, -%(open_yen)s::bigint FROM tenants.parties WHERE parties.kind = 'operator'
) AS sides
