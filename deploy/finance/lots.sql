-- The lots behind what is outstanding now, of one funder or all, that lapse in one month or ever, the
-- soonest first: by the words of settlement/paper/standing.sql, what is past its last day is out only
-- as far as a hold keeps it. What all of them come to stands in each.
SELECT
    lots.member_id, lots.entry_id, lots.rule, funders.name AS funder, funders.name_en AS funder_en,
    told.lapses_on, out.points,
    (sum(out.points) OVER ())::bigint AS whole, count(*) OVER () AS lots
FROM federation.lots
INNER JOIN federation.wallets USING (member_id)
INNER JOIN tenants.parties AS funders ON funders.party_id = lots.funder_id
CROSS JOIN LATERAL (
    SELECT coalesce(lots.expires_on, wallets.slides_on) AS lapses_on
) AS told
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN told.lapses_on >= %(today)s::date THEN lots.points_left ELSE lots.points_held END
            AS points
) AS out
WHERE
    lots.points_left > 0
    AND lots.rule NOT LIKE 'coupon:%%'
    AND out.points > 0
    AND (%(funder)s::text IS NULL OR funders.code = %(funder)s)
    AND (
        %(month)s::date IS NULL
        OR (told.lapses_on >= %(month)s AND told.lapses_on < %(month)s + interval '1 month')
    )
ORDER BY told.lapses_on, lots.member_id, lots.entry_id, lots.part
LIMIT %(most)s::integer
OFFSET %(skip)s::integer
