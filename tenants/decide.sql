-- Approve or reject, once, by another than who proposed.
UPDATE tenants.proposals
SET
    state = %(state)s::text, decided_by = %(who)s::text, decided_at = %(now)s::timestamptz,
    reason = %(reason)s::text
WHERE
    proposal_id = %(proposal_id)s::bigint
    AND state = 'proposed'
    AND proposed_by <> %(who)s::text     -- four eyes
RETURNING proposal_id
