-- Members for whom the clock has decided something that nobody visited: points whose last day is over
-- and not after a given day, holds whose time is over.
SELECT member_id
FROM federation.wallets
WHERE
    next_expires_on <= %(up_to)s::date
    AND next_change_at <= %(now)s::timestamptz
UNION
SELECT member_id
FROM federation.holds
WHERE state = 'open' AND expires_at <= %(now)s::timestamptz
ORDER BY member_id
LIMIT %(most)s::integer
