-- Points that were used between two business dates, net of what came back, by where they had been
-- issued and where they were used; the uses, the people, and, where it is asked for, the money that was
-- paid beside them. What came back whole was no use. A sale that points of several places helped to pay
-- counts at each.
WITH used AS NOT MATERIALIZED (
    SELECT member_id, entry_id, lot_entry_id, lot_part, shop_id, points
    FROM federation.draws
    WHERE business_date BETWEEN %(first_on)s::date AND %(last_on)s::date AND kind = 'redemption'
    UNION ALL
    SELECT
        draws.member_id,
        CASE draws.kind WHEN 'unreturn' THEN before.of_entry_id ELSE later.of_entry_id END,
        draws.lot_entry_id, draws.lot_part, draws.shop_id, draws.points
    FROM federation.draws
    INNER JOIN federation.entries AS later
        ON
            later.member_id = draws.member_id
            AND later.entry_id = draws.entry_id
            AND later.booked_at = draws.booked_at
    LEFT JOIN federation.entries AS before
        ON
            draws.kind = 'unreturn'
            AND before.member_id = draws.member_id
            AND before.entry_id = later.of_entry_id
    WHERE
        draws.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND (
            (draws.kind IN ('return', 'reversal') AND draws.points < 0)
            OR (draws.kind = 'unreturn' AND draws.points > 0)
        )
),

at AS NOT MATERIALIZED (
    SELECT shop_id, CASE WHEN %(by_tenant)s::boolean THEN tenant_id ELSE facility_id END AS party_id
    FROM tenants.shops
),

visit AS (
    SELECT
        used.member_id, used.entry_id, origin.party_id AS origin, place.party_id AS place,
        sum(used.points) AS points
    FROM used
    INNER JOIN federation.lots
        ON
            lots.member_id = used.member_id
            AND lots.entry_id = used.lot_entry_id
            AND lots.part = used.lot_part
    INNER JOIN at AS origin ON origin.shop_id = lots.shop_id
    INNER JOIN at AS place ON place.shop_id = used.shop_id
    GROUP BY 1, 2, 3, 4
),

paid AS (
    SELECT
        visit.origin, visit.place, visit.member_id, sum(visit.points) AS points,
        count(*) FILTER (WHERE visit.points > 0) AS uses, sum(sale.paid_yen) AS paid_yen
    FROM visit
    LEFT JOIN LATERAL (
        SELECT max(beside.paid_yen) AS paid_yen
        FROM federation.entries AS mine
        INNER JOIN federation.entries AS beside
            ON
                beside.member_id = mine.member_id
                AND beside.booked_at = mine.booked_at
                AND beside.shop_id = mine.shop_id
                AND beside.slip = mine.slip
        WHERE
            mine.member_id = visit.member_id
            AND mine.entry_id = visit.entry_id
            AND visit.points > 0
    ) AS sale ON %(with_sales)s::boolean
    GROUP BY 1, 2, 3
)

SELECT
    coalesce(origin.code, 'operator') AS origin,
    coalesce(place.code, 'operator') AS place,
    sum(paid.points)::bigint AS points,
    sum(paid.uses)::bigint AS uses,
    count(*) FILTER (WHERE paid.uses > 0) AS members,
    coalesce(sum(paid.paid_yen), 0)::bigint AS sales_yen
FROM paid
LEFT JOIN tenants.parties AS origin ON origin.party_id = paid.origin
LEFT JOIN tenants.parties AS place ON place.party_id = paid.place
GROUP BY 1, 2
ORDER BY 1, 2
