-- What a party's unused points moved by in each cycle up to one, or before it, the newest first: by the
-- words of settlement/paper/stated.sql.
SELECT
    flows.cycle_id,
    sum(
        CASE
            WHEN flows.movement IN ('granted', 'moved-in', 'restored', 'uncovered') THEN flows.points
            ELSE -flows.points
        END
    )::bigint AS points
FROM settlement.flows
WHERE
    flows.funder_id = %(party_id)s::bigint
    AND flows.cycle_id <= %(cycle_id)s::integer
    AND (flows.cycle_id < %(cycle_id)s::integer OR NOT %(opening)s::boolean)
    AND (
        flows.movement IN (
            'granted', 'moved-in', 'restored', 'uncovered', 'used', 'recovered', 'covered', 'moved-out'
        )
        OR starts_with(flows.movement, 'lapsed')
    )
GROUP BY flows.cycle_id
ORDER BY flows.cycle_id DESC
