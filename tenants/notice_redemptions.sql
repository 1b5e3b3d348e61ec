-- The next redemptions of the journal become notices, and the mark goes on behind them. Whoever runs
-- this holds the mark.
WITH mark AS (
    SELECT
        noticed.number,
        least(
            noticed.number + %(most)s::bigint,
            coalesce((SELECT max(journal.number) FROM federation.journal), 0)
        ) AS upto
    FROM tenants.noticed
),

spent AS (
    SELECT
        entries.member_id, entries.entry_id, entries.at, entries.booked_at,
        shops.name, shops.name_en,
        (
            SELECT coalesce(sum(draws.points), 0)
            FROM federation.draws
            WHERE
                draws.member_id = entries.member_id
                AND draws.entry_id = entries.entry_id
                AND draws.booked_at = entries.booked_at
        ) AS points
    FROM mark
    INNER JOIN federation.journal
        ON journal.number > mark.number AND journal.number <= mark.upto
    INNER JOIN federation.entries
        ON entries.member_id = journal.member_id
        AND entries.entry_id = journal.entry_id
        AND entries.booked_at = journal.booked_at
    INNER JOIN tenants.shops ON shops.shop_id = entries.shop_id
    WHERE entries.kind = 'redemption'
),

told AS (
    INSERT INTO tenants.member_notices (member_id, occasion, kind, facts, due_at)
    SELECT
        spent.member_id, 'redeemed/' || spent.entry_id, 'redeemed',
        jsonb_build_object(
            'shop', spent.name, 'shop_en', spent.name_en, 'points', spent.points, 'at', spent.at
        ),
        spent.booked_at
    FROM spent
    ON CONFLICT (member_id, occasion) DO NOTHING
)

UPDATE tenants.noticed
SET number = mark.upto
FROM mark
WHERE mark.upto > noticed.number
RETURNING mark.upto - mark.number AS walked
