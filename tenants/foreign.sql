-- What outside programmes gave on some days in the shops that the reader may see.
SELECT
    foreign_points.programme, foreign_points.business_date, parties.code AS tenant, shops.code AS shop,
    count(*) AS sales, sum(foreign_points.points)::bigint AS points,
    sum(foreign_points.paid_yen)::bigint AS paid_yen
FROM tenants.foreign_points
INNER JOIN tenants.shops USING (tenant_id, shop_id)
INNER JOIN tenants.parties ON parties.party_id = foreign_points.tenant_id
WHERE foreign_points.business_date BETWEEN %(first_on)s::date AND %(last_on)s::date
GROUP BY foreign_points.programme, foreign_points.business_date, parties.code, shops.code
ORDER BY foreign_points.programme, foreign_points.business_date, parties.code, shops.code
