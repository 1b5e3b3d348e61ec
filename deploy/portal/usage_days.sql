-- What a tenant's slips came to on each day of a span, in Japan; the last row is the whole span.
WITH came AS (
    SELECT
        (booked_at AT TIME ZONE 'Asia/Tokyo')::date AS on_day, count(*) AS calls,
        count(*) FILTER (WHERE status >= 400) AS refused
    FROM federation.answers
    WHERE
        tenant_id = federation.reader()
        AND booked_at >= %(from_at)s::timestamptz AND booked_at < %(until_at)s::timestamptz
    GROUP BY GROUPING SETS ((on_day), ())
),

booked AS (
    SELECT
        (booked_at AT TIME ZONE 'Asia/Tokyo')::date AS on_day,
        count(DISTINCT member_id) FILTER (WHERE kind IN ('accrual', 'redemption')) AS members,
        count(DISTINCT till) AS tills
    FROM federation.entries
    WHERE
        tenant_id = federation.reader()
        AND booked_at >= %(from_at)s::timestamptz AND booked_at < %(until_at)s::timestamptz
    GROUP BY GROUPING SETS ((on_day), ())
)

SELECT
    came.on_day AS "on", came.calls, came.refused, coalesce(booked.members, 0) AS members,
    coalesce(booked.tills, 0) AS tills
FROM came
LEFT JOIN booked ON booked.on_day IS NOT DISTINCT FROM came.on_day
ORDER BY came.on_day NULLS LAST
