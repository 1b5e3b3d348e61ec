-- Proposals, newest first.
SELECT
    proposal_id, what, slip, member_id, points, content, proposed_by, proposed_at, state, decided_by,
    decided_at, reason
FROM tenants.proposals
WHERE
    (%(proposal_id)s::bigint IS NULL OR proposal_id = %(proposal_id)s::bigint)
    AND (%(state)s::text IS NULL OR state = %(state)s::text)
    AND (%(before)s::bigint IS NULL OR proposal_id < %(before)s::bigint)
ORDER BY proposal_id DESC
LIMIT %(most)s::integer
