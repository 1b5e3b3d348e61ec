-- The uses behind one cell, the newest first.
SELECT
    draws.business_date, draws.entry_id, draws.kind, draws.rule, draws.points,
    issuer.name AS issued_at, issuer.name_en AS issued_at_en,
    honourer.name AS used_at, honourer.name_en AS used_at_en
FROM federation.draws
INNER JOIN federation.lots
    ON
        lots.member_id = draws.member_id
        AND lots.entry_id = draws.lot_entry_id
        AND lots.part = draws.lot_part
INNER JOIN tenants.shops AS issuer ON issuer.shop_id = lots.shop_id
INNER JOIN tenants.shops AS honourer ON honourer.shop_id = draws.shop_id
LEFT JOIN tenants.parties AS origin
    ON
        origin.party_id
        = CASE WHEN %(by_tenant)s::boolean THEN issuer.tenant_id ELSE issuer.facility_id END
LEFT JOIN tenants.parties AS place
    ON
        place.party_id
        = CASE WHEN %(by_tenant)s::boolean THEN honourer.tenant_id ELSE honourer.facility_id END
WHERE
    draws.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND (
        draws.kind = 'redemption'
        OR (draws.kind IN ('return', 'reversal') AND draws.points < 0)
        OR (draws.kind = 'unreturn' AND draws.points > 0)
    )
    AND coalesce(origin.code, 'operator') = %(origin)s::text
    AND coalesce(place.code, 'operator') = %(place)s::text
ORDER BY draws.booked_at DESC, draws.entry_id DESC, draws.n
LIMIT %(most)s::integer
