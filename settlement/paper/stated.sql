-- The statements of a sealed cycle, of one party or, where none is named, of all, with what a paper
-- needs beside each: its shops and where they are, what its statement before came to, and how many points of its own were unused before
-- and after the cycle.
SELECT
    statements.party_id, statements.body,
    earlier.cycle_id AS before_cycle_id, earlier.total_yen AS before_yen,
    balance.opening_points, balance.closing_points,
    ARRAY(
        SELECT shops.name FROM tenants.shops
        WHERE shops.tenant_id = statements.party_id
        ORDER BY shops.shop_id
    ) AS shops,
    ARRAY(
        SELECT facility.name FROM tenants.parties AS facility
        WHERE facility.party_id IN (
            SELECT shops.facility_id FROM tenants.shops
            WHERE shops.tenant_id = statements.party_id
        )
        ORDER BY facility.party_id
    ) AS facilities
FROM settlement.statements
INNER JOIN settlement.seals USING (cycle_id)
LEFT JOIN LATERAL (
    SELECT previous.cycle_id, previous.total_yen
    FROM settlement.statements AS previous
    WHERE
        previous.party_id = statements.party_id AND previous.cycle_id < statements.cycle_id
    ORDER BY previous.cycle_id DESC
    LIMIT 1
) AS earlier ON true
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(moved.points) FILTER (WHERE moved.cycle_id < statements.cycle_id), 0)::bigint
            AS opening_points,
        coalesce(sum(moved.points), 0)::bigint AS closing_points
    FROM (
        SELECT
            flows.cycle_id,
            CASE
                WHEN flows.movement IN ('granted', 'moved-in', 'restored', 'uncovered')
                    THEN flows.points
                WHEN
                    flows.movement IN ('used', 'recovered', 'covered', 'moved-out')
                    OR starts_with(flows.movement, 'lapsed')
                    THEN -flows.points
                ELSE 0
            END AS points
        FROM settlement.flows
        WHERE
            flows.funder_id = statements.party_id AND flows.cycle_id <= statements.cycle_id
    ) AS moved
) AS balance
WHERE
    statements.cycle_id = %(cycle_id)s::integer
    AND (%(party_id)s::bigint IS NULL OR statements.party_id = %(party_id)s)
ORDER BY statements.party_id
