-- The keys of a till, the newest first, with how far the lines of each have come, and how many did.
SELECT
    till_keys.kid, till_keys.enrolled_at, till_keys.retired_at, coalesce(chain.last_seq, 0) AS last_seq,
    coalesce(chain.lines, 0) AS lines
FROM tenants.till_keys
LEFT JOIN LATERAL (
    SELECT max(chain.seq) AS last_seq, count(*) AS lines
    FROM tenants.chain
    WHERE chain.tenant_id = till_keys.tenant_id AND chain.kid = till_keys.kid
) AS chain ON true
WHERE till_keys.tenant_id = %(tenant_id)s::bigint AND till_keys.till = %(till)s::text
ORDER BY till_keys.enrolled_at DESC, till_keys.kid
