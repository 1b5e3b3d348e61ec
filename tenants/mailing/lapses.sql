SELECT coalesce(sum(lots.points_left), 0)::bigint AS points
FROM federation.wallets
INNER JOIN federation.lots USING (member_id)
WHERE
    wallets.member_id = %(member_id)s::bigint
    AND lots.points_left > 0
    AND coalesce(lots.expires_on, wallets.slides_on) = %(on)s::date
