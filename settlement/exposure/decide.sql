-- Approve or reject, once, by another than who proposed; who proposed withdraws.
UPDATE settlement.exposure_proposals
SET state = %(state)s::text, decided_by = %(who)s::text, decided_at = %(now)s::timestamptz
WHERE
    proposal_id = %(proposal_id)s::bigint
    AND state = 'proposed'
    AND (proposed_by = %(who)s::text) = (%(state)s::text = 'withdrawn')     -- four eyes
RETURNING proposal_id
