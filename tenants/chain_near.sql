-- What stands in the chains around these places: the place itself, the next, and the last before.
SELECT near.kid, near.seq, near.sha256, near.prev
FROM unnest(%(kids)s::text [], %(seqs)s::bigint []) AS asked (kid, seq)
CROSS JOIN LATERAL (
    (
        SELECT chain.kid, chain.seq, chain.sha256, chain.prev
        FROM tenants.chain
        WHERE
            chain.tenant_id = %(tenant_id)s::bigint
            AND chain.kid = asked.kid
            AND chain.seq BETWEEN asked.seq AND asked.seq + 1
    )
    UNION ALL
    (
        SELECT chain.kid, chain.seq, chain.sha256, chain.prev
        FROM tenants.chain
        WHERE
            chain.tenant_id = %(tenant_id)s::bigint
            AND chain.kid = asked.kid
            AND chain.seq < asked.seq
        ORDER BY chain.seq DESC
        LIMIT 1
    )
) AS near
