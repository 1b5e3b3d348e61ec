-- An open dispute is decided, by somebody else than who opened it.
UPDATE settlement.disputes
SET
    state = %(state)s::text,
    decided_by = %(who)s::text,
    decided_at = %(now)s::timestamptz,
    decision = %(decision)s::text,
    adjusted_yen = %(adjusted_yen)s::bigint,
    paid_in = %(paid_in)s::integer
WHERE
    dispute_id = %(dispute)s::text
    AND state = 'open'
    AND opened_by <> %(who)s::text
