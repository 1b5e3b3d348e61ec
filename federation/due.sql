-- Members with points whose last day is over and not after a given day, nobody having visited them.
SELECT member_id
FROM federation.wallets
WHERE
    next_expires_on <= %(up_to)s::date
    AND next_change_at <= %(now)s::timestamptz
ORDER BY member_id
LIMIT %(most)s::integer
