-- The points that lapse between two days, lot by lot, the soonest first; what the whole comes to
-- stands in `standing.sql`, by the same words.
SELECT
    told.lapses_on, lots.member_id, lots.entry_id, lots.part, lots.points_left AS points,
    lots.rule, lots.shop_id, funders.name AS funder, funders.name_en AS funder_en
FROM federation.wallets
INNER JOIN federation.lots
    ON lots.member_id = wallets.member_id AND lots.points_left > 0
INNER JOIN tenants.parties AS funders ON funders.party_id = lots.funder_id
CROSS JOIN LATERAL (
    SELECT coalesce(lots.expires_on, wallets.slides_on) AS lapses_on
) AS told
WHERE
    wallets.next_expires_on <= %(until)s::date
    AND told.lapses_on BETWEEN %(today)s::date AND %(until)s::date
    AND (
        %(after_on)s::date IS NULL
        OR (told.lapses_on, lots.member_id, lots.entry_id, lots.part)
        > (%(after_on)s::date, %(after_member)s::bigint, %(after_entry)s::bigint,
            %(after_part)s::integer)
    )
ORDER BY told.lapses_on, lots.member_id, lots.entry_id, lots.part
LIMIT %(most)s::integer
