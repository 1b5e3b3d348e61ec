-- Sales that others' points brought: what was paid, in money and points, where a member spent points
-- that another party funds; each slip once, and none that was reversed. `since` says from which
-- month on to look.
WITH used AS (
    SELECT
        draws.member_id, draws.entry_id, draws.booked_at, draws.tenant_id,
        sum(draws.points) FILTER (WHERE draws.funder_id <> draws.tenant_id) AS others_points
    FROM federation.draws
    INNER JOIN federation.cycles AS calendar USING (cycle_id)
    WHERE
        draws.kind = 'redemption'
        AND draws.rule NOT LIKE 'coupon:%%'
        AND calendar.first_on <= %(last_on)s::date
        AND calendar.last_on >= %(first_on)s::date
        AND draws.booked_at >= %(since)s::timestamptz
        AND (%(party_id)s::bigint IS NULL OR draws.tenant_id = %(party_id)s)
    GROUP BY draws.member_id, draws.entry_id, draws.booked_at, draws.tenant_id
),

spent AS (
    SELECT
        used.tenant_id, entries.member_id, entries.shop_id, entries.slip, entries.booked_at,
        entries.entry_id, coalesce(entries.paid_yen, 0) AS paid_yen, -entries.points AS points
    FROM used
    INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
    WHERE used.others_points > 0
),

sale AS (
    SELECT
        spent.tenant_id, spent.points,
        greatest(spent.paid_yen, coalesce(earned.paid_yen, 0)) AS paid_yen
    FROM spent
    LEFT JOIN federation.entries AS earned
        ON
            earned.member_id = spent.member_id
            AND earned.booked_at = spent.booked_at
            AND earned.shop_id = spent.shop_id
            AND earned.slip = spent.slip
            AND earned.kind = 'accrual'
    WHERE
        NOT EXISTS (
            SELECT FROM federation.entries AS undone
            WHERE
                undone.member_id = spent.member_id
                AND undone.of_entry_id = spent.entry_id
                AND undone.kind = 'reversal'
        )
)

SELECT sale.tenant_id AS party_id, count(*) AS sales, sum(sale.paid_yen + sale.points)::bigint AS yen
FROM sale
GROUP BY sale.tenant_id
