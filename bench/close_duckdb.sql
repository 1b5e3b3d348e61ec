-- What `settlement/sum.sql` works out, over the same draws as a file: the comparison's own best way.
SELECT
    funder_id, tenant_id,
    CASE WHEN kind = 'redemption' THEN 'used' WHEN kind = 'lapse' THEN 'lapsed' ELSE 'restored' END
    AS movement,
    CASE split_part(rule, ':', 1) WHEN 'base' THEN 'base' WHEN 'campaign' THEN 'campaign' ELSE 'rank' END
    AS kind_of,
    scheme_id, business_date < DATE '{first_on}' AS late, sum(abs(points)) AS points
FROM read_parquet('{file}')
WHERE cycle_id = {cycle_id}
GROUP BY ALL
