-- A cycle's flows, each party under its code.
SELECT
    flows.movement, flows.kind, flows.funding, funder.code AS funder, tenant.code AS tenant,
    flows.late, flows.points
FROM settlement.flows
INNER JOIN tenants.parties AS funder ON funder.party_id = flows.funder_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = flows.tenant_id
WHERE flows.cycle_id = %(cycle_id)s::integer
