-- Lines that follow from those before them.
INSERT INTO tenants.chain (tenant_id, kid, seq, sha256, prev)
SELECT %(tenant_id)s::bigint, kid, seq, sha256, prev
FROM unnest(
    %(kids)s::text [], %(seqs)s::bigint [], %(sha256s)s::bytea [], %(prevs)s::bytea []
) AS fresh (kid, seq, sha256, prev)
ORDER BY kid, seq
ON CONFLICT DO NOTHING
