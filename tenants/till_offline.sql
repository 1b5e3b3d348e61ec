-- The key that a till signs with, how far its lines have come, and what it may take on a day.
SELECT
    till_keys.kid, chain.last_seq, terms.per_line_points, terms.per_till_day_points
FROM (VALUES (%(tenant_id)s::bigint)) AS asked (tenant_id)
LEFT JOIN tenants.till_keys
    ON till_keys.tenant_id = asked.tenant_id
    AND till_keys.till = %(till)s::text
    AND till_keys.retired_at IS NULL
LEFT JOIN LATERAL (
    SELECT max(chain.seq) AS last_seq
    FROM tenants.chain
    WHERE chain.tenant_id = asked.tenant_id AND chain.kid = till_keys.kid
) AS chain ON true
LEFT JOIN LATERAL (
    SELECT offline_terms.per_line_points, offline_terms.per_till_day_points
    FROM tenants.offline_terms
    WHERE
        offline_terms.tenant_id = asked.tenant_id
        AND offline_terms.from_on <= %(business_date)s::date
    ORDER BY offline_terms.from_on DESC
    LIMIT 1
) AS terms ON true
