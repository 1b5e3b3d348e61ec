-- The facility that a member calls its own; else the one of the last sale.
SELECT parties.code FROM tenants.parties
WHERE parties.party_id = coalesce(
    (SELECT facility_id FROM tenants.member_homes WHERE member_id = %(member_id)s::bigint),
    (
        SELECT shops.facility_id FROM federation.entries
        INNER JOIN tenants.shops USING (shop_id)
        WHERE entries.member_id = %(member_id)s::bigint AND shops.facility_id IS NOT NULL
        ORDER BY entries.entry_id DESC
        LIMIT 1
    )
)
