-- The last number of each day that is over (24:00 JST by `booked_at`) and has no head. What was booked on an
-- earlier day and numbered only now is under the next head: a head holds all that stands before it.
WITH last AS (
    SELECT max(day_on) AS day_on, coalesce(max(number), 0) AS number FROM federation.heads
),

days AS (
    SELECT (journal.booked_at AT TIME ZONE 'Asia/Tokyo')::date AS day_on, max(journal.number) AS number
    FROM federation.journal
    WHERE
        journal.number > (SELECT last.number FROM last)
        AND journal.booked_at < %(today)s::date::timestamp AT TIME ZONE 'Asia/Tokyo'
    GROUP BY 1
),

growing AS (
    SELECT
        days.day_on, days.number,
        max(days.number) OVER (
            ORDER BY days.day_on ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
    FROM days
    CROSS JOIN last
    WHERE last.day_on IS NULL OR days.day_on > last.day_on
)

SELECT day_on, number
FROM growing
WHERE before IS NULL OR before < number
ORDER BY day_on
