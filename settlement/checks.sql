-- Promises of settlement. Every row is a broken one; no row is the only good answer.
WITH at_issue AS (
    SELECT scheme_id FROM tenants.schemes WHERE funding = 'at-issue'
),

stated AS (
    SELECT cycle_id FROM settlement.cycles WHERE stage IN ('stated', 'sealed')
),

fund AS (        -- what FUND was paid, less what it paid out: stated, and running since
    SELECT coalesce(sum(statements.total_yen), 0) AS yen
    FROM settlement.statements
    INNER JOIN tenants.parties ON parties.party_id = statements.party_id AND parties.kind = 'fund'
    UNION ALL       -- what was only held back is in the total of its own cycle
    SELECT -coalesce(sum(lines.yen), 0)
    FROM settlement.lines
    INNER JOIN tenants.parties ON parties.party_id = lines.party_id AND parties.kind = 'fund'
    WHERE lines.settles = 'released'
    UNION ALL
    SELECT coalesce(sum(lots.points), 0)
    FROM federation.lots
    INNER JOIN at_issue USING (scheme_id)
    INNER JOIN federation.entries USING (member_id, entry_id)
    WHERE entries.cycle_id NOT IN (SELECT cycle_id FROM stated)
    UNION ALL
    SELECT -coalesce(sum(draws.points), 0)
    FROM federation.draws
    INNER JOIN at_issue USING (scheme_id)
    WHERE draws.cycle_id NOT IN (SELECT cycle_id FROM stated)
),

folded AS (      -- what was folded, and what is not yet
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    FROM settlement.positions
    UNION ALL
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    FROM settlement.unfolded
),

proved AS (      -- summed cycles were proved then; one that is shut is proved cell by cell (proof.sql)
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    FROM settlement.flows
    UNION ALL
    SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points
    FROM settlement.parts
    WHERE
        parts.cycle_id NOT IN (
            SELECT cycles.cycle_id FROM settlement.cycles WHERE cycles.closed_at IS NOT NULL
        )
),

off AS (
    SELECT cycle_id, sum(points) AS points
    FROM (
        SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, points FROM folded
        WHERE
            cycle_id NOT IN (SELECT cycles.cycle_id FROM settlement.cycles WHERE cycles.stage = 'shut')
        UNION ALL
        SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, -points FROM proved
    ) AS cells
    GROUP BY cycle_id, funder_id, tenant_id, movement, kind, funding, late
    HAVING sum(points) <> 0
)

SELECT 'FUND is not what lots granted at issue are outstanding' AS broken, 0::bigint AS id,
    sum(fund.yen) - (
        SELECT coalesce(sum(lots.points_left), 0) FROM federation.lots INNER JOIN at_issue USING (scheme_id)
    ) AS off
FROM fund
HAVING sum(fund.yen) <> (
    SELECT coalesce(sum(lots.points_left), 0) FROM federation.lots INNER JOIN at_issue USING (scheme_id)
)

UNION ALL
SELECT 'statements of a cycle do not sum to zero', cycle_id, sum(total_yen)
FROM settlement.statements
GROUP BY cycle_id
HAVING sum(total_yen) <> 0

UNION ALL
SELECT 'statement and its lines differ', statements.cycle_id,
    statements.total_yen - coalesce(sum(lines.yen) FILTER (WHERE lines.code <> 900), 0)
FROM settlement.statements
LEFT JOIN settlement.lines USING (cycle_id, party_id)
GROUP BY statements.cycle_id, statements.party_id, statements.total_yen
HAVING statements.total_yen <> coalesce(sum(lines.yen) FILTER (WHERE lines.code <> 900), 0)

UNION ALL
SELECT 'positions of a cycle are not what its draws and lots come to', cycle_id, sum(abs(points))
FROM off
GROUP BY cycle_id

UNION ALL
SELECT 'lines beside the statements of a cycle do not sum to zero', cycle_id, sum(yen)
FROM settlement.adjustments
GROUP BY cycle_id
HAVING sum(yen) <> 0

UNION ALL
SELECT 'what disputes left is not what statements say', cycle_id, sum(yen)
FROM (
    SELECT adjustments.cycle_id, adjustments.party_id, adjustments.kind, adjustments.yen
    FROM settlement.adjustments
    INNER JOIN stated USING (cycle_id)
    WHERE adjustments.in_statement
    UNION ALL
    SELECT cycle_id, party_id, settles, -yen FROM settlement.lines WHERE settles IS NOT NULL
) AS decided
GROUP BY cycle_id, party_id, kind
HAVING sum(yen) <> 0

UNION ALL
SELECT 'payments of a plan do not sum to zero', payments.cycle_id, sum(payments.yen)
FROM settlement.payments
INNER JOIN settlement.plans USING (cycle_id, plan)
WHERE NOT plans.again
GROUP BY payments.cycle_id, payments.plan
HAVING sum(payments.yen) <> 0

UNION ALL
SELECT 'a payment left that nobody approved', payments.cycle_id, count(*)
FROM settlement.payments
LEFT JOIN settlement.approvals USING (cycle_id, plan)
WHERE payments.state NOT IN ('planned', 'void') AND approvals.cycle_id IS NULL
GROUP BY payments.cycle_id

UNION ALL
SELECT 'points for stamps of a card that is not full', lots.entry_id, lots.points
FROM federation.lots
INNER JOIN federation.entries USING (member_id, entry_id)
LEFT JOIN tenants.stamp_cards AS cards
    ON
        cards.state = 'full'
        AND entries.slip = concat_ws(
            '/', split_part(lots.rule, ':', 1), cards.code, cards.member_id, cards.card_no
        )
WHERE
    entries.kind = 'bonus'
    AND split_part(lots.rule, ':', 1) IN ('stamp', 'rally')
    AND cards.code IS NULL

UNION ALL
SELECT 'gift said to be booked that the books do not know', gifts.member_id, gifts.points
FROM tenants.gifts
LEFT JOIN federation.slips ON slips.shop_id = 1 AND slips.slip = gifts.slip
WHERE gifts.state IN ('booked', 'undoing', 'undone', 'kept') AND slips.slip IS NULL
