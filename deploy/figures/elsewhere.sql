-- Points used at each place that another shop had issued, net of what came back; summed by shop before a
-- place is looked for, since a planner takes the names of places for few.
WITH used AS MATERIALIZED (
    SELECT draws.shop_id, sum(draws.points) AS points
    FROM federation.draws
    INNER JOIN federation.lots
        ON
            lots.member_id = draws.member_id
            AND lots.entry_id = draws.lot_entry_id
            AND lots.part = draws.lot_part
    WHERE
        draws.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND draws.booked_at >= %(first_on)s::date - interval '1 day'
        AND draws.shop_id = ANY(%(shops)s::bigint [])
        AND lots.shop_id <> draws.shop_id
        AND (
            draws.kind = 'redemption'
            OR (draws.kind IN ('return', 'reversal') AND draws.points < 0)
            OR (draws.kind = 'unreturn' AND draws.points > 0)
        )
    GROUP BY draws.shop_id
)

SELECT place.code, sum(used.points)::bigint AS points
FROM used
INNER JOIN unnest(%(shops)s::bigint [], %(codes)s::text []) AS place (shop_id, code)
    ON place.shop_id = used.shop_id
GROUP BY place.code
ORDER BY place.code
