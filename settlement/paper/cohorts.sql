-- What became of the points issued in each month, as far as entries up to a cycle tell: of all, from
-- which breakage is learnt, and of those that one party honours itself when they are used (own).
-- `sold` are the yen (税込) that its own were given for, less what came back; `reduced` those of them
-- that were for goods at the reduced rate of 8, where the till told its lines, by their part of the
-- sale. Cycles that are closed stay as they are, so that what a cycle came to is the same whenever it
-- is asked for.
WITH lots AS (
    SELECT
        lots.member_id, lots.entry_id, lots.part, lots.points, entries.kind,
        date_trunc('month', issues.issued_on)::date AS issued_month,
        lots.funder_id = %(party_id)s::bigint AND schemes.funding = 'at-redemption' AS own
    FROM federation.lots
    INNER JOIN settlement.issues USING (member_id, entry_id, part)
    INNER JOIN federation.entries USING (member_id, entry_id)
    INNER JOIN tenants.schemes USING (scheme_id)
    WHERE entries.cycle_id <= %(cycle_id)s::integer AND lots.rule NOT LIKE 'coupon:%%'
),

granted AS (
    SELECT DISTINCT member_id, entry_id, issued_month FROM lots WHERE own AND kind = 'accrual'
),

priced AS (
    SELECT granted.*, entries.paid_yen, coalesce(goods.reduced, 0) AS reduced, goods.whole
    FROM granted
    INNER JOIN federation.entries USING (member_id, entry_id)
    LEFT JOIN LATERAL (
        SELECT
            sum(line.amount_yen) FILTER (WHERE line.tax_rate = 8)::bigint AS reduced,
            nullif(sum(line.amount_yen), 0)::bigint AS whole
        FROM jsonb_to_recordset(
            CASE jsonb_typeof(entries.lines) WHEN 'array' THEN entries.lines END
        ) AS line (amount_yen bigint, tax_rate integer)
    ) AS goods ON true
),

sold AS (
    SELECT issued_month, paid_yen AS yen, reduced, whole FROM priced
    UNION ALL
    SELECT
        priced.issued_month, -coalesce(undoing.returned_yen, priced.paid_yen), priced.reduced,
        priced.whole
    FROM priced
    INNER JOIN federation.entries AS undoing
        ON undoing.member_id = priced.member_id AND undoing.of_entry_id = priced.entry_id
    WHERE
        undoing.kind IN ('return', 'reversal')
        AND undoing.cycle_id <= %(cycle_id)s::integer
),

fates AS (
    SELECT
        issued_month, issued_month AS month, own,
        CASE kind WHEN 'changeover' THEN 'moved' ELSE 'issued' END AS fate,
        CASE kind WHEN 'changeover' THEN -points ELSE points END AS amount
    FROM lots
    WHERE kind <> 'merge'
    UNION ALL
    SELECT
        lots.issued_month, date_trunc('month', draws.business_date)::date, lots.own,
        CASE
            WHEN draws.kind = 'changeover' THEN 'moved'
            WHEN draws.kind = 'lapse' THEN 'lapsed'
            WHEN draws.kind = 'redemption' THEN 'used'
            WHEN draws.kind = 'unreturn' AND draws.points > 0 THEN 'used'
            WHEN draws.kind IN ('reversal', 'return') AND draws.points < 0 THEN 'used'
            ELSE 'recovered'
        END,
        draws.points
    FROM federation.draws
    INNER JOIN lots
        ON lots.member_id = draws.member_id
        AND lots.entry_id = draws.lot_entry_id
        AND lots.part = draws.lot_part
    WHERE draws.cycle_id <= %(cycle_id)s::integer AND draws.kind <> 'merge'
    UNION ALL
    SELECT
        issued_month, issued_month, true, 'sold', yen - coalesce(yen * reduced / whole, 0)
    FROM sold
    UNION ALL
    SELECT issued_month, issued_month, true, 'reduced', yen * reduced / whole
    FROM sold
    WHERE reduced > 0
)

SELECT issued_month, month, own, fate, coalesce(sum(amount), 0)::bigint AS amount
FROM fates
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
