-- Promises of the books. Every row is a broken one; no row is the only good answer. Of months that
-- were detached their journal and their sums speak: `meguri months`.
SELECT 'wallet and lots differ' AS broken, wallets.member_id AS id,
    wallets.points - coalesce(sum(lots.points_left), 0) AS off
FROM federation.wallets
LEFT JOIN federation.lots ON lots.member_id = wallets.member_id AND lots.points_left > 0
GROUP BY wallets.member_id
HAVING wallets.points <> coalesce(sum(lots.points_left), 0)

UNION ALL
SELECT 'lot of a member without a wallet', lots.entry_id, lots.points_left
FROM federation.lots
LEFT JOIN federation.wallets USING (member_id)
WHERE wallets.member_id IS NULL

UNION ALL
SELECT 'wallet and lots differ in what is held', wallets.member_id,
    wallets.points_held - coalesce(sum(lots.points_held), 0)
FROM federation.wallets
LEFT JOIN federation.lots ON lots.member_id = wallets.member_id AND lots.points_left > 0
GROUP BY wallets.member_id
HAVING wallets.points_held <> coalesce(sum(lots.points_held), 0)

UNION ALL
SELECT 'wallet says another next expiry than its lots', wallets.member_id,
    wallets.next_expiring_points - coalesce(sum(lots.free) FILTER (
        WHERE lots.last_day = wallets.next_expires_on
    ), 0)
FROM federation.wallets
LEFT JOIN LATERAL (
    SELECT
        coalesce(open_lots.expires_on, wallets.slides_on) AS last_day,
        open_lots.points_left - open_lots.points_held AS free
    FROM federation.lots AS open_lots
    WHERE
        open_lots.member_id = wallets.member_id AND open_lots.points_left > open_lots.points_held
) AS lots ON true
GROUP BY wallets.member_id
HAVING
    wallets.next_expires_on IS DISTINCT FROM min(lots.last_day)
    OR wallets.next_expiring_points <> coalesce(sum(lots.free) FILTER (
        WHERE lots.last_day = wallets.next_expires_on
    ), 0)

UNION ALL
SELECT 'sliding lot of a wallet without a day', lots.entry_id, lots.points_left
FROM federation.lots
INNER JOIN federation.wallets USING (member_id)
WHERE lots.expires_on IS NULL AND lots.points_left > 0 AND wallets.slides_on IS NULL

UNION ALL
SELECT 'lot keeps other points than its open holds', lots.entry_id,
    lots.points_held - coalesce(kept.points, 0)
FROM federation.lots
LEFT JOIN (
    SELECT parts.member_id, parts.lot_entry_id, parts.lot_part, sum(parts.points) AS points
    FROM federation.hold_parts AS parts
    INNER JOIN federation.holds USING (member_id, entry_id)
    WHERE holds.state = 'open'
    GROUP BY 1, 2, 3
) AS kept
    ON kept.member_id = lots.member_id
    AND kept.lot_entry_id = lots.entry_id
    AND kept.lot_part = lots.part
WHERE lots.points_held <> coalesce(kept.points, 0)

UNION ALL
SELECT 'hold and its parts differ', holds.entry_id, holds.points - coalesce(sum(parts.points), 0)
FROM federation.holds
LEFT JOIN federation.hold_parts AS parts USING (member_id, entry_id)
GROUP BY holds.member_id, holds.entry_id
HAVING holds.points <> coalesce(sum(parts.points), 0)

UNION ALL
SELECT 'hold captured, yet nothing redeemed by it', holds.entry_id, holds.captured_points
FROM federation.holds
LEFT JOIN federation.entries
    ON entries.member_id = holds.member_id AND entries.entry_id = holds.ended_entry_id
WHERE
    holds.captured_points <> 0
    AND holds.captured_points IS DISTINCT FROM -entries.points
    AND holds.made_at >= (SELECT coalesce(max(until_at), '-infinity') FROM federation.detached)

UNION ALL
SELECT 'wallet owes something else than its returns left owed', wallets.member_id,
    wallets.points_owed - coalesce(sum(shortages.points - shortages.points_paid), 0)
FROM federation.wallets
LEFT JOIN federation.shortages
    ON shortages.member_id = wallets.member_id AND shortages.met = 'owed' AND NOT shortages.undone
GROUP BY wallets.member_id
HAVING wallets.points_owed <> coalesce(sum(shortages.points - shortages.points_paid), 0)

UNION ALL
SELECT 'more came back than was bought', bought.entry_id,
    sum(returned.returned_yen) - max(bought.paid_yen) - max(coalesce(spent.points, 0))
FROM federation.entries AS bought
INNER JOIN federation.entries AS returned
    ON returned.of_entry_id = bought.entry_id AND returned.kind = 'return'
LEFT JOIN LATERAL (
    SELECT -sum(paid.points) AS points
    FROM federation.entries AS paid
    WHERE
        paid.member_id = bought.member_id
        AND paid.kind = 'redemption'
        AND paid.shop_id = bought.shop_id
        AND paid.business_date = bought.business_date
        AND paid.receipt_till = bought.receipt_till
        AND paid.receipt_no = bought.receipt_no
) AS spent ON true
WHERE
    bought.kind = 'accrual'
    AND NOT EXISTS (
        SELECT FROM federation.entries AS undone
        WHERE undone.of_entry_id = returned.entry_id AND undone.kind = 'reversal'
    )
GROUP BY bought.member_id, bought.entry_id
HAVING sum(returned.returned_yen) > max(bought.paid_yen) + max(coalesce(spent.points, 0))

UNION ALL
SELECT 'lot and its draws differ', lots.entry_id,
    lots.points - lots.points_left - coalesce(sum(draws.points), 0)
FROM federation.attached_lots AS lots
LEFT JOIN federation.draws
    ON draws.member_id = lots.member_id
    AND draws.lot_entry_id = lots.entry_id
    AND draws.lot_part = lots.part
GROUP BY lots.member_id, lots.entry_id, lots.part, lots.points, lots.points_left
HAVING lots.points - lots.points_left <> coalesce(sum(draws.points), 0)

UNION ALL
SELECT 'entry does not move what it says', entries.entry_id,
    entries.points - coalesce(granted.points, 0) + coalesce(drawn.points, 0)
FROM federation.entries
LEFT JOIN (
    SELECT member_id, entry_id, sum(points) AS points FROM federation.lots GROUP BY 1, 2
) AS granted USING (member_id, entry_id)
LEFT JOIN (
    SELECT member_id, entry_id, sum(points) AS points FROM federation.draws GROUP BY 1, 2
) AS drawn USING (member_id, entry_id)
WHERE entries.points <> coalesce(granted.points, 0) - coalesce(drawn.points, 0)

UNION ALL
SELECT 'lot without its entry', lots.entry_id, lots.points
FROM federation.attached_lots AS lots
LEFT JOIN federation.entries USING (member_id, entry_id)
WHERE entries.entry_id IS NULL

UNION ALL
SELECT 'draw without its entry', draws.entry_id, draws.points
FROM federation.draws
LEFT JOIN federation.entries USING (member_id, entry_id)
WHERE entries.entry_id IS NULL

UNION ALL
SELECT 'draw says another funder, rule or scheme than its lot', draws.entry_id, draws.points
FROM federation.draws
INNER JOIN federation.lots
    ON lots.member_id = draws.member_id
    AND lots.entry_id = draws.lot_entry_id
    AND lots.part = draws.lot_part
WHERE (draws.funder_id, draws.rule, draws.scheme_id) <> (lots.funder_id, lots.rule, lots.scheme_id)

UNION ALL
SELECT 'entry does not balance', postings.entry_id, sum(postings.points)
FROM federation.postings
GROUP BY postings.member_id, postings.entry_id
HAVING sum(postings.points) <> 0

UNION ALL
SELECT 'booked into a cycle that was closed before', entries.entry_id, entries.cycle_id
FROM federation.entries
INNER JOIN federation.cycles USING (cycle_id)
WHERE entries.booked_at > cycles.closed_at

UNION ALL
SELECT 'entry in another cycle than its day and its booking say', entries.entry_id, entries.cycle_id
FROM federation.entries
WHERE entries.cycle_id <> (
    SELECT cycles.cycle_id
    FROM federation.cycles
    WHERE
        entries.booked_at <= coalesce(cycles.closed_at, 'infinity')
        AND (
            entries.business_date BETWEEN cycles.first_on AND cycles.last_on
            OR cycles.last_on > entries.business_date
            OR cycles.closed_at IS NULL
        )
    ORDER BY
        entries.business_date BETWEEN cycles.first_on AND cycles.last_on DESC,
        cycles.first_on
    LIMIT 1
)

UNION ALL
SELECT 'answer without its slip, or slip without its answer', slips.shop_id, 1
FROM federation.slips
FULL JOIN federation.answers USING (shop_id, slip, booked_at)
WHERE
    slips.tenant_id IS NULL
    OR (
        answers.tenant_id IS NULL
        AND slips.booked_at >= (SELECT coalesce(max(until_at), '-infinity') FROM federation.detached)
    )

UNION ALL
SELECT 'slip with two answers', shop_id, count(*) - 1
FROM federation.answers
GROUP BY shop_id, slip
HAVING count(*) > 1

UNION ALL
SELECT 'entry with two numbers', entry_id, count(*) - 1
FROM federation.journal
GROUP BY member_id, entry_id
HAVING count(*) > 1

UNION ALL
SELECT 'entry of a till without its slip', entries.entry_id, 1
FROM federation.entries
LEFT JOIN federation.slips USING (shop_id, slip)
WHERE entries.slip IS NOT NULL AND slips.slip IS NULL

UNION ALL
SELECT 'accrual without its receipt', entries.entry_id, 1
FROM federation.entries    -- a claim's receipt is of the tenant's shop that printed it
LEFT JOIN federation.receipts
    USING (tenant_id, business_date, receipt_till, receipt_no, slip)
WHERE
    entries.kind = 'accrual'
    AND entries.slip IS NOT NULL
    AND receipts.shop_id IS NULL
    AND NOT EXISTS (
        SELECT FROM federation.entries AS later
        WHERE later.member_id = entries.member_id AND later.of_entry_id = entries.entry_id
    )

UNION ALL
SELECT 'entry undone more than once', entries.of_entry_id, count(*)
FROM federation.entries
WHERE entries.kind = 'reversal'
GROUP BY entries.member_id, entries.of_entry_id
HAVING count(*) > 1

UNION ALL
SELECT 'reversal does not undo what its original did', later.entry_id, later.points + entries.points
FROM federation.entries AS later
INNER JOIN federation.entries
    ON entries.member_id = later.member_id AND entries.entry_id = later.of_entry_id
WHERE later.kind = 'reversal' AND later.points + entries.points <> 0
