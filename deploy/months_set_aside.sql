-- Note a month that leaves, and per funder what its draws came to.
WITH noted AS (
    INSERT INTO federation.detached (
        month_on, from_at, until_at, answers, draws, entries,
        answers_sha256, draws_sha256, entries_sha256, detached_at
    )
    VALUES (
        %(month_on)s, %(from_at)s, %(until_at)s, %(answers)s, %(draws)s, %(entries)s,
        %(answers_sha256)s, %(draws_sha256)s, %(entries_sha256)s, %(now)s
    )
    RETURNING month_on
)

INSERT INTO federation.detached_draws (month_on, funder_id, kind, taken, points)
SELECT noted.month_on, draws.funder_id, draws.kind, draws.points > 0, sum(draws.points)
FROM noted
CROSS JOIN federation.draws
WHERE
    draws.booked_at >= %(from_at)s::timestamptz AND draws.booked_at < %(until_at)s::timestamptz
    AND draws.rule NOT LIKE 'coupon:%%'     -- which no balance ever counted
GROUP BY noted.month_on, draws.funder_id, draws.kind, draws.points > 0
