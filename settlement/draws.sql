-- The draws that a cycle's entries of one business date made.
SELECT
    draws.member_id, draws.entry_id,
    row_number() OVER (
        PARTITION BY draws.member_id, draws.entry_id ORDER BY draws.lot_entry_id, draws.lot_part, draws.n
    ) - 1 AS n,
    draws.kind, draws.rule, draws.business_date, tenant.code AS tenant, shops.code AS shop,
    funder.code AS funder, draws.points, draws.scheme_id::text AS scheme,
    stead.code AS stead, draws.for_rule AS stead_rule
FROM federation.draws
INNER JOIN tenants.shops ON shops.shop_id = draws.shop_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = draws.tenant_id
INNER JOIN tenants.parties AS funder ON funder.party_id = draws.funder_id
LEFT JOIN tenants.parties AS stead ON stead.party_id = draws.for_funder_id
WHERE
    draws.cycle_id = %(cycle_id)s::integer
    AND draws.booked_at >= %(since)s::timestamptz
    AND draws.business_date = %(day)s::date
    AND draws.kind <> 'merge'
