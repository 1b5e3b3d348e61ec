-- What one figure comes to between two business dates at some shops, at one weekday and hour, or up to
-- an hour; of people, how many different ones were there.
WITH sold AS (
    SELECT
        sum(
            CASE %(figure)s::text
                WHEN 'receipts' THEN sales.receipts
                WHEN 'uses' THEN sales.uses
                WHEN 'issued_points' THEN sales.issued_points
                WHEN 'redeemed_points' THEN sales.redeemed_points
                WHEN 'lapsed_points' THEN sales.lapsed_points
                WHEN 'sales_yen' THEN sales.sales_yen
            END
        )::bigint AS whole
    FROM tenants.sales
    WHERE
        %(figure)s::text <> 'members'
        AND sales.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND sales.shop_id = ANY(%(shops)s::bigint [])
        AND (
            %(weekday)s::integer IS NULL OR extract(ISODOW FROM sales.business_date) = %(weekday)s
        )
        AND (%(hour)s::integer IS NULL OR sales.hour = %(hour)s)
        AND (%(until_hour)s::integer IS NULL OR sales.hour <= %(until_hour)s)
),

there AS (
    SELECT visits.member_id
    FROM tenants.visits
    WHERE
        %(figure)s::text = 'members'
        AND visits.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
        AND visits.shop_id = ANY(%(shops)s::bigint [])
        AND (
            %(weekday)s::integer IS NULL OR extract(ISODOW FROM visits.business_date) = %(weekday)s
        )
        AND (%(hour)s::integer IS NULL OR visits.hour = %(hour)s)
        AND (%(until_hour)s::integer IS NULL OR visits.hour <= %(until_hour)s)
    GROUP BY visits.member_id
    HAVING sum(visits.visits) > 0
)

SELECT
    CASE %(figure)s::text
        WHEN 'members' THEN (SELECT count(*) FROM there)
        ELSE (SELECT coalesce(whole, 0) FROM sold)
    END AS whole
