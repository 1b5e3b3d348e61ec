-- What points did in a cycle at each shop of some parties.
SELECT
    own.code AS party, shops.code AS shop, parts.movement, parts.kind, parts.funding,
    funder.code AS funder, tenant.code AS tenant, parts.late, sum(parts.points)::bigint AS points
FROM settlement.parts
INNER JOIN tenants.parties AS own ON own.party_id = parts.at_tenant_id
INNER JOIN tenants.shops ON shops.shop_id = parts.shop_id
INNER JOIN tenants.parties AS funder ON funder.party_id = parts.funder_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = parts.tenant_id
WHERE
    parts.cycle_id = %(cycle_id)s::integer
    AND parts.booked_at >= %(since)s::timestamptz
    AND own.code = ANY(%(parties)s::text [])
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
