-- What became of all points that a party ever funded, in the cycles that were summed, by cycle.
SELECT
    flows.cycle_id, flows.movement, flows.tenant_id = %(party_id)s::bigint AS here,
    sum(flows.points)::bigint AS points
FROM settlement.flows
WHERE flows.funder_id = %(party_id)s::bigint AND flows.kind <> 'coupon'
GROUP BY 1, 2, 3
