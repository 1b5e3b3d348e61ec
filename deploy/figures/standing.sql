-- How many members there are and joined on a day, and the points that lapse up to another.
SELECT
    (SELECT count(*) FROM federation.members WHERE state = 'active') AS members,
    (SELECT count(*) FROM federation.members WHERE joined_on = %(today)s::date) AS joined,
    (
        SELECT coalesce(sum(lots.points_left), 0)::bigint
        FROM federation.wallets
        INNER JOIN federation.lots
            ON lots.member_id = wallets.member_id AND lots.points_left > 0
        WHERE
            wallets.next_expires_on <= %(until)s::date
            AND coalesce(lots.expires_on, wallets.slides_on)
            BETWEEN %(today)s::date AND %(until)s::date
    ) AS lapsing_points
