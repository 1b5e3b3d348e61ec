-- The numbers that are missing between the lines that came, and before the first, key by key.
SELECT missing.kid, missing.first, missing.last
FROM (
    SELECT
        chain.kid, chain.seq - 1 AS last,
        coalesce(lag(chain.seq) OVER (PARTITION BY chain.kid ORDER BY chain.seq), 0) + 1 AS first
    FROM tenants.chain
    INNER JOIN tenants.till_keys
        ON till_keys.tenant_id = chain.tenant_id AND till_keys.kid = chain.kid
    WHERE chain.tenant_id = %(tenant_id)s::bigint AND till_keys.till = %(till)s::text
) AS missing
WHERE missing.first <= missing.last
ORDER BY missing.kid, missing.first
LIMIT %(most)s::integer
