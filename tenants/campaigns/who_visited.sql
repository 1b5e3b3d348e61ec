-- Who had so many days with a sale that stands, at all shops or one (`TENANT/SHOP`).
SELECT asked.member_id
FROM unnest(%(members)s::bigint []) AS asked (member_id)
LEFT JOIN LATERAL (
    SELECT count(DISTINCT entries.business_date) AS days
    FROM federation.entries
    INNER JOIN tenants.shops USING (shop_id)
    INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id
    WHERE
        entries.member_id = asked.member_id
        AND entries.kind = 'accrual'
        AND entries.business_date BETWEEN %(from_on)s::date AND %(to_on)s::date
        AND (%(shop)s::text IS NULL OR parties.code || '/' || shops.code = %(shop)s)
        AND NOT EXISTS (
            SELECT FROM federation.entries AS undone
            WHERE
                undone.member_id = entries.member_id
                AND undone.of_entry_id = entries.entry_id
                AND undone.kind = 'reversal'
        )
) AS visits ON true
WHERE coalesce(visits.days, 0) BETWEEN %(at_least)s::bigint AND %(at_most)s::bigint
