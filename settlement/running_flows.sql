-- A party's flows, as funder or where points were honoured, in cycles that are not summed yet: as
-- they were folded, and what is not yet.
SELECT
    cells.cycle_id, cells.movement, cells.kind, cells.funding, funder.code AS funder,
    tenant.code AS tenant, cells.late, sum(cells.points)::bigint AS points
FROM (
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    FROM settlement.positions
    WHERE
        cycle_id = ANY(%(cycles)s::integer [])
        AND (funder_id = %(party_id)s::bigint OR tenant_id = %(party_id)s::bigint)
    UNION ALL
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    FROM settlement.unfolded
    WHERE
        cycle_id = ANY(%(cycles)s::integer [])
        AND booked_at >= %(since)s::timestamptz
        AND (funder_id = %(party_id)s::bigint OR tenant_id = %(party_id)s::bigint)
) AS cells
INNER JOIN tenants.parties AS funder ON funder.party_id = cells.funder_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = cells.tenant_id
GROUP BY
    cells.cycle_id, cells.movement, cells.kind, cells.funding, funder.code, tenant.code, cells.late
