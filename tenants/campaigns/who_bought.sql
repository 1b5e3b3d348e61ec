-- Who bought for so many yen in sales that stand, less what came back; of one category by its lines.
SELECT asked.member_id
FROM unnest(%(members)s::bigint []) AS asked (member_id)
LEFT JOIN LATERAL (
    SELECT sum(
        CASE
            WHEN %(category)s::text IS NULL THEN entries.paid_yen - coalesce((
                SELECT sum(returned.returned_yen)
                FROM federation.entries AS returned
                WHERE
                    returned.member_id = entries.member_id
                    AND returned.of_entry_id = entries.entry_id
                    AND returned.kind = 'return'
            ), 0)
            ELSE coalesce((
                SELECT sum((line ->> 'amount_yen')::bigint)
                FROM jsonb_array_elements(entries.lines) AS line
                WHERE line ->> 'category' = %(category)s
            ), 0)
        END
    )::bigint AS yen
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
) AS sales ON true
WHERE coalesce(sales.yen, 0) BETWEEN %(at_least_yen)s::bigint AND %(at_most_yen)s::bigint
