-- What the hub booked of a till's business date, by kind, with the slips; nothing is booked before
-- its business date begins.
SELECT
    kind, count(DISTINCT slip) AS slips, sum(points)::bigint AS points,
    coalesce(sum(paid_yen), 0)::bigint AS yen, array_agg(DISTINCT slip) AS names
FROM federation.entries
WHERE
    tenant_id = %(tenant_id)s::bigint
    AND till = %(till)s::text
    AND business_date = %(business_date)s::date
    AND booked_at >= %(business_date)s::date::timestamp AT TIME ZONE 'Asia/Tokyo'
    AND kind IN ('accrual', 'redemption', 'reversal', 'return')
    AND slip IS NOT NULL
GROUP BY kind
