-- The lots that a cycle's entries of one business date granted.
SELECT
    lots.member_id, lots.entry_id, lots.part::integer AS n, entries.kind, lots.rule,
    entries.business_date, tenant.code AS tenant, shops.code AS shop, funder.code AS funder,
    lots.points, lots.scheme_id::text AS scheme
FROM federation.entries
INNER JOIN federation.lots USING (member_id, entry_id)
INNER JOIN tenants.shops ON shops.shop_id = entries.shop_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = entries.tenant_id
INNER JOIN tenants.parties AS funder ON funder.party_id = lots.funder_id
WHERE
    entries.cycle_id = %(cycle_id)s::integer
    AND entries.booked_at >= %(since)s::timestamptz
    AND entries.business_date = %(day)s::date
    AND entries.kind <> 'merge'
