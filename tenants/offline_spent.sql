-- The points that tills took offline on these business dates, all files together.
SELECT till, business_date, sum(spends_points)::bigint AS points
FROM unnest(%(tills)s::text [], %(days)s::date []) AS asked (till, business_date)
INNER JOIN tenants.batch_lines USING (till, business_date)
WHERE tenant_id = %(tenant_id)s::bigint AND spends_points > 0
GROUP BY till, business_date
