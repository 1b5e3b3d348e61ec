-- A party's flows, as funder or where points were honoured, in the cycles that ended since a
-- day, as far as they were summed.
SELECT
    flows.cycle_id, flows.movement, flows.kind, flows.funding, funder.code AS funder,
    tenant.code AS tenant, flows.late, flows.points
FROM settlement.flows
INNER JOIN tenants.parties AS funder ON funder.party_id = flows.funder_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = flows.tenant_id
WHERE
    (flows.funder_id = %(party_id)s::bigint OR flows.tenant_id = %(party_id)s::bigint)
    AND flows.cycle_id IN (
        SELECT cycles.cycle_id FROM federation.cycles WHERE cycles.last_on >= %(since)s::date
    )
