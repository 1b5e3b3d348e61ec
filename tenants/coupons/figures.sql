-- What became of a coupon, by shop and funder: uses that stand, and what they took off less what came
-- back; a gift has no funder.
WITH used AS (
    SELECT entries.member_id, entries.entry_id, entries.booked_at, entries.shop_id
    FROM federation.entries
    WHERE
        entries.kind = 'coupon'
        AND entries.reason = 'coupon:' || %(code)s::text
        AND entries.business_date >= %(from_on)s::date
        AND entries.booked_at >= %(from_on)s::date::timestamp AT TIME ZONE 'Asia/Tokyo'
        AND NOT EXISTS (
            SELECT FROM federation.entries AS undone
            WHERE
                undone.member_id = entries.member_id
                AND undone.of_entry_id = entries.entry_id
                AND undone.kind = 'reversal'
        )
),

paid AS (
    SELECT
        used.member_id, used.entry_id, lots.funder_id,
        sum(lots.points - coalesce(back.points, 0)) AS yen
    FROM used
    INNER JOIN federation.lots USING (member_id, entry_id)
    LEFT JOIN LATERAL (
        SELECT sum(-draws.points) AS points
        FROM federation.draws
        WHERE
            draws.member_id = lots.member_id
            AND draws.lot_entry_id = lots.entry_id
            AND draws.lot_part = lots.part
            AND (draws.kind, draws.points < 0) IN (('return', true), ('unreturn', false))
    ) AS back ON true
    GROUP BY 1, 2, 3
)

SELECT
    shops.code AS shop, coalesce(parties.code, '') AS funder,
    count(DISTINCT (used.member_id, used.entry_id)) AS uses,
    count(DISTINCT used.member_id) AS members, coalesce(sum(paid.yen), 0)::bigint AS yen
FROM used
INNER JOIN tenants.shops USING (shop_id)
LEFT JOIN paid USING (member_id, entry_id)
LEFT JOIN tenants.parties ON parties.party_id = paid.funder_id
GROUP BY 1, 2
ORDER BY 1, 2
