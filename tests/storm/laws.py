"""Laws of the books as an auditor would ask for them: each row of a query is a breach."""

LAWS = {
    "Σ = 0": """
        SELECT sum(points) FROM federation.postings HAVING sum(points) <> 0
    """,
    "an entry balances": """
        SELECT member_id, entry_id, sum(points) FROM federation.postings
        GROUP BY member_id, entry_id HAVING sum(points) <> 0
    """,
    "lots, wallets and journal are equal": """
        SELECT member_id, wallets.points, lots.points, entries.points, numbered.points
        FROM federation.wallets
        LEFT JOIN (
            SELECT member_id, sum(points_left) AS points FROM federation.lots GROUP BY 1
        ) AS lots USING (member_id)
        LEFT JOIN (
            SELECT member_id, sum(points) AS points FROM federation.entries GROUP BY 1
        ) AS entries USING (member_id)
        LEFT JOIN (
            SELECT member_id, sum(points) AS points
            FROM federation.journal
            INNER JOIN federation.entries USING (member_id, entry_id, booked_at) GROUP BY 1
        ) AS numbered USING (member_id)
        WHERE (wallets.points, wallets.points, wallets.points) IS DISTINCT FROM
            (coalesce(lots.points, 0), coalesce(entries.points, 0), coalesce(numbered.points, 0))
    """,
    "what a lot lacks was drawn from it": """
        SELECT lots.member_id, lots.entry_id, lots.part, lots.points, lots.points_left, drawn.points
        FROM federation.lots
        LEFT JOIN (
            SELECT member_id, lot_entry_id, lot_part, sum(points) AS points
            FROM federation.draws GROUP BY 1, 2, 3
        ) AS drawn ON drawn.member_id = lots.member_id
            AND drawn.lot_entry_id = lots.entry_id AND drawn.lot_part = lots.part
        WHERE lots.points - lots.points_left <> coalesce(drawn.points, 0)
    """,
    "what is held is held by an open hold": """
        SELECT wallets.member_id, wallets.points_held, holds.points, lots.held
        FROM federation.wallets
        LEFT JOIN (
            SELECT member_id, sum(points) AS points
            FROM federation.holds WHERE state = 'open' GROUP BY 1
        ) AS holds USING (member_id)
        LEFT JOIN (
            SELECT member_id, sum(points_held) AS held FROM federation.lots GROUP BY 1
        ) AS lots USING (member_id)
        WHERE (wallets.points_held, wallets.points_held)
            IS DISTINCT FROM (coalesce(holds.points, 0), coalesce(lots.held, 0))
    """,
    "one event for each entry, numbered without a gap": """
        SELECT entries, numbered, least, most
        FROM (SELECT count(*) AS entries FROM federation.entries) AS booked,
            (SELECT count(*) AS numbered, min(number) AS least, max(number) AS most
            FROM federation.journal) AS journal
        WHERE entries <> numbered OR (numbered > 0 AND (least <> 1 OR most <> numbered))
    """,
    "events stand in the order of commits": """
        SELECT number, xid, before FROM (
            SELECT number, xid, lag(xid) OVER (ORDER BY number) AS before
            FROM federation.journal
            INNER JOIN federation.entries USING (member_id, entry_id, booked_at)
        ) AS journal WHERE xid < before
    """,
    "a slip is kept once, with its answer": """
        SELECT shop_id, slip FROM federation.slips
        FULL JOIN federation.answers USING (shop_id, slip, booked_at)
        GROUP BY shop_id, slip
        HAVING count(*) <> 1 OR count(slips.tenant_id) <> 1 OR count(answers.tenant_id) <> 1
    """,
    "a receipt earns once": """
        SELECT earned.shop_id, earned.business_date, earned.receipt_till, earned.receipt_no
        FROM federation.entries AS earned
        WHERE earned.kind = 'accrual' AND NOT EXISTS (
            SELECT FROM federation.entries AS undone
            WHERE undone.of_entry_id = earned.entry_id AND undone.kind = 'reversal'
        )
        GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
    """,
    "an entry is undone once": """
        SELECT of_entry_id FROM federation.entries WHERE kind = 'reversal'
        GROUP BY of_entry_id HAVING count(*) > 1
    """,
    "nothing is booked into a closed cycle": """
        SELECT entry_id, cycle_id, booked_at, closed_at
        FROM federation.entries INNER JOIN federation.cycles USING (cycle_id)
        WHERE booked_at > closed_at
    """,
    "a closed cycle's statements sum to zero": """
        SELECT cycle_id, sum(total_yen) FROM settlement.statements
        GROUP BY cycle_id HAVING sum(total_yen) <> 0
    """,
    "a seal names the one before": """
        SELECT cycle_id, previous, before FROM (
            SELECT cycle_id, previous, lag(seal) OVER (ORDER BY cycle_id) AS before
            FROM settlement.seals
        ) AS seals WHERE previous IS DISTINCT FROM before
    """,
}
