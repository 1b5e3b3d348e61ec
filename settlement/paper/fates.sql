-- What became of the points that were issued in each month, month by month: the history that a
-- forecast learns from. Events by their business date, up to a day; a lapse that nobody booked yet
-- stands on its day. What was issued in months that were detached teaches nothing any more.
WITH first AS (
    SELECT
        lots.member_id, lots.entry_id, lots.part, lots.points, lots.points_left, lots.points_held,
        coalesce(lots.expires_on, wallets.slides_on) AS last_on,
        lots.from_entry_id IS NULL AS original,
        date_trunc('month', issues.issued_on)::date AS issued_month, issues.issued_on
    FROM federation.lots
    INNER JOIN settlement.issues USING (member_id, entry_id, part)
    INNER JOIN federation.wallets USING (member_id)
    WHERE
        lots.rule NOT LIKE 'coupon:%%'
        AND issues.issued_on >= coalesce(
            (SELECT max(detached.month_on) + interval '1 month' FROM federation.detached),
            '-infinity'
        )
),

fates AS (
    SELECT issued_month, issued_on AS happened_on, 'issued' AS fate, points
    FROM first
    WHERE original
    UNION ALL
    SELECT issued_month, last_on, 'lapsed', points_left - points_held
    FROM first
    WHERE last_on < %(today)s::date AND points_left > points_held
    UNION ALL
    SELECT
        first.issued_month, draws.business_date,
        CASE
            WHEN draws.kind = 'lapse' THEN 'lapsed'
            WHEN draws.kind = 'redemption' THEN 'used'
            WHEN draws.kind = 'unreturn' AND draws.points > 0 THEN 'used'
            WHEN draws.kind IN ('reversal', 'return') AND draws.points < 0 THEN 'used'
            ELSE 'recovered'
        END,
        draws.points
    FROM federation.draws
    INNER JOIN first
        ON first.member_id = draws.member_id
        AND first.entry_id = draws.lot_entry_id
        AND first.part = draws.lot_part
    WHERE draws.kind NOT IN ('changeover', 'merge')
)

SELECT
    issued_month, date_trunc('month', happened_on)::date AS month, fate, sum(points)::bigint AS points
FROM fates
WHERE happened_on <= %(on)s::date
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
