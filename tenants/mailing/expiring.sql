-- The next members, of those who want to hear of it so many days before, of whose points some lapse at the end of a day as things stand, each told once: by
-- the books' own words, a lot's last day is its own or the wallet's. Holds end before a week is over.
WITH members AS (
    SELECT wallets.member_id, wallets.slides_on
    FROM federation.wallets
    LEFT JOIN tenants.member_reminders AS own
        ON own.member_id = wallets.member_id AND own.kind = 'expiry'
    WHERE
        coalesce(%(days)s::integer = ANY(own.days), %(agreed)s::boolean)
        AND wallets.member_id > %(after)s::bigint
        AND wallets.points > 0
        AND (wallets.next_expires_on <= %(on)s::date OR wallets.points_held > 0)
        AND wallets.state IN ('active', 'frozen')
    ORDER BY wallets.member_id
    LIMIT %(most)s::integer
),

lapsing AS (
    SELECT members.member_id, sum(lots.points_left) AS points
    FROM members
    INNER JOIN federation.lots USING (member_id)
    WHERE lots.points_left > 0 AND coalesce(lots.expires_on, members.slides_on) = %(on)s::date
    GROUP BY members.member_id
),

told AS (
    INSERT INTO tenants.member_notices (member_id, occasion, kind, facts, due_at)
    SELECT
        lapsing.member_id,
        format('expiry/%%s/%%s', %(on)s::date, %(days)s::integer),
        'lapsing',
        jsonb_build_object(
            'expires_on', %(on)s::date, 'points', lapsing.points, 'days', %(days)s::integer
        ),
        %(now)s::timestamptz
    FROM lapsing
    ON CONFLICT (member_id, occasion) DO NOTHING
    RETURNING member_id
)

SELECT
    (SELECT max(members.member_id) FROM members) AS up_to,
    (SELECT count(*) FROM told) AS told
