-- What was used in each sealed cycle that ended from one day to another, net of what came
-- back, by the tenant that honoured it: points, and those of them that somebody pays the tenant for.
-- A cycle in which nothing was used has a row without a tenant.
WITH sealed AS (
    SELECT planned.cycle_id, planned.first_on
    FROM federation.cycles AS planned
    INNER JOIN settlement.cycles AS closed USING (cycle_id)
    WHERE
        planned.last_on >= %(since)s::date
        AND planned.last_on <= %(on)s::date
        AND closed.sealed_at IS NOT NULL
)

SELECT
    sealed.first_on, tenants.code AS tenant,
    coalesce(sum(
        CASE flows.movement WHEN 'used' THEN flows.points ELSE -flows.points END
    ), 0)::bigint AS points,
    coalesce(sum(
        CASE flows.movement WHEN 'used' THEN flows.points ELSE -flows.points END
    ) FILTER (WHERE flows.funding <> 'redeemer-bears'), 0)::bigint AS yen
FROM sealed
LEFT JOIN settlement.flows AS flows
    ON
        flows.cycle_id = sealed.cycle_id
        AND flows.movement IN ('used', 'restored')
        AND flows.kind <> 'coupon'
LEFT JOIN tenants.parties AS tenants ON tenants.party_id = flows.tenant_id
GROUP BY sealed.first_on, tenants.code
ORDER BY sealed.first_on, tenants.code
