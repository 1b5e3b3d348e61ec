-- A member's stamp cards with what they ask for, the open ones first.
SELECT
    cards.code, cards.card_no, cards.opened_on, cards.state, occasions.name, occasions.name_en,
    occasions.stamps AS wanted, occasions.points, coalesce(occasions.prize, '') AS prize,
    (
        SELECT count(*) FROM tenants.stamps
        WHERE
            stamps.member_id = cards.member_id AND stamps.code = cards.code
            AND stamps.card_no = cards.card_no
    ) AS stamped
FROM tenants.stamp_cards AS cards
INNER JOIN LATERAL (
    SELECT * FROM tenants.occasions AS one
    WHERE one.code = cards.code AND one.from_on <= %(today)s::date
    ORDER BY one.from_on DESC, one.occasion_id DESC
    LIMIT 1
) AS occasions ON true
WHERE cards.member_id = %(member_id)s::bigint
ORDER BY cards.state = 'open' DESC, cards.opened_on DESC, cards.code
LIMIT 20
