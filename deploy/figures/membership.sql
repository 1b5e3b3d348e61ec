-- Members who joined and who left in each month; those who became one with another did not leave.
WITH joined AS (
    SELECT date_trunc('month', joined_on::timestamp)::date AS since_on, count(*) AS members
    FROM federation.members
    WHERE joined_on BETWEEN %(first_on)s::date AND %(last_on)s::date
    GROUP BY 1
),

gone AS (
    SELECT
        date_trunc('month', left_at AT TIME ZONE 'Asia/Tokyo')::date AS since_on, count(*) AS members
    FROM federation.members
    WHERE
        state = 'withdrawn'
        AND (left_at AT TIME ZONE 'Asia/Tokyo')::date
        BETWEEN %(first_on)s::date AND %(last_on)s::date
    GROUP BY 1
)

SELECT since_on, coalesce(joined.members, 0) AS joined, coalesce(gone.members, 0) AS gone
FROM joined
FULL JOIN gone USING (since_on)
ORDER BY since_on
