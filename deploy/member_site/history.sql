-- A member's entries, newest first, behind one of them; each use with whose points were taken.
SELECT
    entries.entry_id, entries.at, entries.business_date, entries.kind, entries.points,
    entries.paid_yen, entries.receipt_no, shops.name AS shop, shops.name_en AS shop_en,
    coalesce(
        (
            SELECT json_agg(json_build_object(
                'points', taken.points, 'ja', taken.name, 'en', taken.name_en,
                'expires_on', taken.expires_on
            ) ORDER BY taken.expires_on, taken.name)
            FROM (
                SELECT granting.name, granting.name_en, lots.expires_on, sum(draws.points) AS points
                FROM federation.draws
                INNER JOIN federation.lots
                    ON lots.member_id = draws.member_id
                    AND lots.entry_id = draws.lot_entry_id AND lots.part = draws.lot_part
                INNER JOIN tenants.shops AS granting ON granting.shop_id = lots.shop_id
                WHERE
                    draws.member_id = entries.member_id AND draws.entry_id = entries.entry_id
                    AND draws.points > 0
                GROUP BY granting.name, granting.name_en, lots.expires_on
            ) AS taken
        ),
        '[]'::json
    ) AS sources
FROM federation.entries
INNER JOIN tenants.shops ON shops.shop_id = entries.shop_id
WHERE
    entries.member_id = %(member_id)s::bigint
    AND (%(before)s::bigint IS NULL OR entries.entry_id < %(before)s::bigint)
    AND CASE %(only)s::text
        WHEN 'earned' THEN entries.points > 0
        WHEN 'used' THEN entries.kind = 'redemption'
        WHEN 'lapsed' THEN entries.kind IN ('lapse', 'withdrawal')
        ELSE true
    END
ORDER BY entries.entry_id DESC
LIMIT %(most)s::integer
