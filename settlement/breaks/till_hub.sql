-- Till-days on which what a till declared (日計) and what the hub booked do not agree in every figure;
-- a till that declared nothing in 93 days before is not asked. With the day's slips, those of the days around it
-- (`around`), and those that look like another of the same day (`twins`).
WITH told AS (
    SELECT
        daily.tenant_id, daily.till, daily.business_date,
        json_agg(
            json_build_array(
                daily.accruals_count, daily.accruals_points, daily.accruals_yen,
                daily.redemptions_count, daily.redemptions_points, daily.reversals, daily.returns,
                daily.first_slip, daily.last_slip
            ) ORDER BY daily.close_no
        ) AS closes,
        ARRAY[
            sum(daily.accruals_count), sum(daily.accruals_points), sum(daily.accruals_yen),
            sum(daily.redemptions_count), sum(daily.redemptions_points), sum(daily.reversals),
            sum(daily.returns)
        ]::bigint [] AS figures
    FROM tenants.daily_totals AS daily
    WHERE daily.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    GROUP BY daily.tenant_id, daily.till, daily.business_date
),

telling AS (
    SELECT DISTINCT tenant_id, till FROM tenants.daily_totals
    WHERE business_date BETWEEN %(first_on)s::date - 93 AND %(last_on)s::date
),

booked AS (
    SELECT
        entries.tenant_id, entries.till, entries.business_date, entries.kind, entries.slip,
        sum(entries.points)::bigint AS points, coalesce(sum(entries.paid_yen), 0)::bigint AS yen,
        min(entries.member_id) AS member_id
    FROM federation.entries
    INNER JOIN telling USING (tenant_id, till)
    WHERE
        entries.business_date BETWEEN %(first_on)s::date - 2 AND %(last_on)s::date + 2
        AND entries.booked_at >= (%(first_on)s::date - 2)::timestamp AT TIME ZONE 'Asia/Tokyo'
        AND entries.booked_at < (%(last_on)s::date + 64)::timestamp AT TIME ZONE 'Asia/Tokyo'
        AND entries.kind IN ('accrual', 'redemption', 'reversal', 'return')
        AND entries.slip IS NOT NULL
    GROUP BY entries.tenant_id, entries.till, entries.business_date, entries.kind, entries.slip
),

alike AS (
    SELECT
        booked.*,
        count(*) OVER (
            PARTITION BY tenant_id, till, business_date, kind, member_id, points, yen
        ) AS copies,
        row_number() OVER (
            PARTITION BY tenant_id, till, business_date, kind, member_id, points, yen
            ORDER BY slip
        ) AS copy
    FROM booked
),

hub AS (
    SELECT
        tenant_id, till, business_date,
        ARRAY[
            count(*) FILTER (WHERE kind = 'accrual'),
            coalesce(sum(points) FILTER (WHERE kind = 'accrual'), 0),
            coalesce(sum(yen) FILTER (WHERE kind = 'accrual'), 0),
            count(*) FILTER (WHERE kind = 'redemption'),
            coalesce(-sum(points) FILTER (WHERE kind = 'redemption'), 0),
            count(*) FILTER (WHERE kind = 'reversal'),
            count(*) FILTER (WHERE kind = 'return')
        ]::bigint [] AS figures,
        json_agg(json_build_array(kind, slip, copies > 1 AND copy > 1) ORDER BY kind, slip) AS slips
    FROM alike
    GROUP BY tenant_id, till, business_date
)

SELECT
    tenant_id AS party_id, till, business_date, told.closes, told.figures AS told,
    coalesce(hub.figures, ARRAY[0, 0, 0, 0, 0, 0, 0]::bigint []) AS hub,
    coalesce(hub.slips, '[]') AS slips,
    (
        SELECT coalesce(array_agg(DISTINCT near.slip), '{}')
        FROM booked AS near
        WHERE
            near.tenant_id = days.tenant_id AND near.till = days.till
            AND near.business_date <> days.business_date
            AND near.business_date BETWEEN days.business_date - 2 AND days.business_date + 2
    ) AS around
FROM (
    SELECT tenant_id, till, business_date FROM told
    UNION
    SELECT tenant_id, till, business_date FROM hub
) AS days
LEFT JOIN told USING (tenant_id, till, business_date)
LEFT JOIN hub USING (tenant_id, till, business_date)
WHERE
    business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
    AND told.figures IS DISTINCT FROM hub.figures
    AND (told.figures IS NULL OR hub.figures IS NOT NULL OR told.figures <> ARRAY[0, 0, 0, 0, 0, 0, 0]::bigint [])
ORDER BY tenant_id, till, business_date
