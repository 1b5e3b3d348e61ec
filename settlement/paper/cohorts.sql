-- What became of the points issued in each month, as far as entries up to a cycle tell: of all, from
-- which breakage is learnt, and of those that one party honours itself when they are used (own).
-- `sold` are the yen (税込) that its own were given for, less what came back. Cycles that are closed
-- stay as they are, so that what a cycle came to is the same whenever it is asked for.
WITH lots AS (
    SELECT
        lots.member_id, lots.entry_id, lots.part, lots.points, entries.kind,
        date_trunc('month', issues.issued_on)::date AS issued_month,
        lots.funder_id = %(party_id)s::bigint AND schemes.funding = 'at-redemption' AS own
    FROM federation.lots
    INNER JOIN settlement.issues USING (member_id, entry_id, part)
    INNER JOIN federation.entries USING (member_id, entry_id)
    INNER JOIN tenants.schemes USING (scheme_id)
    WHERE entries.cycle_id <= %(cycle_id)s::integer
),

granted AS (
    SELECT DISTINCT member_id, entry_id, issued_month FROM lots WHERE own AND kind = 'accrual'
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
    SELECT granted.issued_month, granted.issued_month, true, 'sold', entries.paid_yen
    FROM granted
    INNER JOIN federation.entries USING (member_id, entry_id)
    UNION ALL
    SELECT
        granted.issued_month, granted.issued_month, true, 'sold',
        -coalesce(undoing.returned_yen, entries.paid_yen)
    FROM granted
    INNER JOIN federation.entries USING (member_id, entry_id)
    INNER JOIN federation.entries AS undoing
        ON undoing.member_id = granted.member_id AND undoing.of_entry_id = granted.entry_id
    WHERE
        undoing.kind IN ('return', 'reversal')
        AND undoing.cycle_id <= %(cycle_id)s::integer
)

SELECT issued_month, month, own, fate, coalesce(sum(amount), 0)::bigint AS amount
FROM fates
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
