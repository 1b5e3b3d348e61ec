-- The entries behind the points that other shops had issued and some shops took, the newest first, by
-- the words of `elsewhere.sql`.
SELECT
    draws.member_id, draws.entry_id, draws.business_date, draws.shop_id, draws.kind,
    sum(draws.points)::bigint AS points,
    (sum(sum(draws.points)) OVER ())::bigint AS whole, count(*) OVER () AS entries
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
GROUP BY draws.member_id, draws.entry_id, draws.business_date, draws.shop_id, draws.kind
ORDER BY draws.business_date DESC, draws.entry_id DESC, draws.member_id DESC
LIMIT %(most)s::integer
OFFSET %(skip)s::integer
