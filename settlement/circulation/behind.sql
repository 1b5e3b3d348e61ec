-- The uses behind a cell, a row or a column of the matrix, or all of it, the newest first: by the words of
-- `crossing.sql`, a line for each use and each place that its points had come from, with what was paid
-- beside it. What came back stands with the use that it came back from. What all lines come to stands in
-- each.
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
    SELECT shops.shop_id, coalesce(parties.code, 'operator') AS code
    FROM tenants.shops
    LEFT JOIN tenants.parties
        ON
            parties.party_id
            = CASE WHEN %(by_tenant)s::boolean THEN shops.tenant_id ELSE shops.facility_id END
),

visit AS (
    SELECT
        used.member_id, used.entry_id, origin.code AS origin, place.code AS place,
        used.shop_id, sum(used.points) AS points
    FROM used
    INNER JOIN federation.lots
        ON
            lots.member_id = used.member_id
            AND lots.entry_id = used.lot_entry_id
            AND lots.part = used.lot_part
    INNER JOIN at AS origin ON origin.shop_id = lots.shop_id
    INNER JOIN at AS place ON place.shop_id = used.shop_id
    WHERE
        (%(origin)s::text IS NULL OR origin.code = %(origin)s)
        AND (%(place)s::text IS NULL OR place.code = %(place)s)
        AND (NOT %(away)s::boolean OR origin.code <> place.code)
    GROUP BY 1, 2, 3, 4, 5
)

SELECT
    visit.member_id, visit.entry_id, visit.origin, visit.place, shops.name AS shop,
    shops.name_en AS shop_en, mine.business_date, visit.points::bigint AS points,
    (visit.points > 0)::integer AS uses, coalesce(sale.paid_yen, 0) AS sales_yen,
    (sum(visit.points) OVER ())::bigint AS all_points,
    count(*) FILTER (WHERE visit.points > 0) OVER () AS all_uses,
    (coalesce(sum(sale.paid_yen) OVER (), 0))::bigint AS all_sales_yen,
    (
        SELECT count(DISTINCT came.member_id) FROM visit AS came WHERE came.points > 0
    ) AS all_members,
    count(*) OVER () AS lines
FROM visit
INNER JOIN tenants.shops USING (shop_id)
LEFT JOIN federation.entries AS mine      -- not of a month that was detached
    ON mine.member_id = visit.member_id AND mine.entry_id = visit.entry_id
LEFT JOIN LATERAL (
    SELECT max(beside.paid_yen) AS paid_yen
    FROM federation.entries AS beside
    WHERE
        beside.member_id = mine.member_id
        AND beside.booked_at = mine.booked_at
        AND beside.shop_id = mine.shop_id
        AND beside.slip = mine.slip
) AS sale ON visit.points > 0
ORDER BY mine.business_date DESC NULLS LAST, visit.entry_id DESC, visit.member_id, visit.origin
LIMIT %(most)s::integer
OFFSET %(skip)s::integer
