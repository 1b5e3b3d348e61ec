-- The draws that a cycle's entries of one business date made, and last in each entry what a return
-- had the shop keep from the refund instead of points (undone: with the opposite sign).
SELECT
    drawn.member_id, drawn.entry_id,
    row_number() OVER (
        PARTITION BY drawn.member_id, drawn.entry_id
        ORDER BY drawn.short, drawn.lot_entry_id, drawn.lot_part, drawn.n
    ) - 1 AS n,
    drawn.kind, drawn.rule, drawn.business_date, tenant.code AS tenant, shops.code AS shop,
    funder.code AS funder, drawn.points, drawn.scheme_id::text AS scheme,
    stead.code AS stead, drawn.for_rule AS stead_rule
FROM (
    SELECT
        member_id, entry_id, false AS short, lot_entry_id, lot_part, n, kind, rule, business_date,
        tenant_id, shop_id, funder_id, points, scheme_id, for_funder_id, for_rule
    FROM federation.draws
    WHERE
        cycle_id = %(cycle_id)s::integer
        AND booked_at >= %(since)s::timestamptz
        AND business_date = %(day)s::date
        AND kind <> 'merge'
    UNION ALL
    SELECT
        entries.member_id, entries.entry_id, true, 0, shortages.part, 0, 'shortage',
        shortages.rule, entries.business_date, entries.tenant_id, entries.shop_id,
        shortages.funder_id,
        CASE entries.kind WHEN 'reversal' THEN -shortages.points ELSE shortages.points END,
        shortages.scheme_id, NULL, NULL
    FROM federation.entries
    INNER JOIN federation.shortages
        ON
            shortages.member_id = entries.member_id
            AND shortages.entry_id
            = CASE entries.kind WHEN 'reversal' THEN entries.of_entry_id ELSE entries.entry_id END
    WHERE
        entries.cycle_id = %(cycle_id)s::integer
        AND entries.booked_at >= %(since)s::timestamptz
        AND entries.business_date = %(day)s::date
        AND entries.kind IN ('return', 'reversal')
        AND shortages.met = 'deducted'
) AS drawn
INNER JOIN tenants.shops ON shops.shop_id = drawn.shop_id
INNER JOIN tenants.parties AS tenant ON tenant.party_id = drawn.tenant_id
INNER JOIN tenants.parties AS funder ON funder.party_id = drawn.funder_id
LEFT JOIN tenants.parties AS stead ON stead.party_id = drawn.for_funder_id
