-- Proposals of caps and deposits, newest first: one, a tenant's, those that wait, or all.
SELECT
    proposals.proposal_id, parties.code AS party, proposals.kind, proposals.on_day,
    proposals.warning_yen, proposals.refusal_yen, proposals.yen, proposals.reason,
    proposals.proposed_by, proposals.proposed_at, proposals.state, proposals.decided_by,
    proposals.decided_at
FROM settlement.exposure_proposals AS proposals
INNER JOIN tenants.parties USING (party_id)
WHERE
    (%(proposal_id)s::bigint IS NULL OR proposals.proposal_id = %(proposal_id)s)
    AND (%(party)s::text IS NULL OR parties.code = %(party)s)
    AND (NOT %(waiting)s::boolean OR proposals.state = 'proposed')
ORDER BY proposals.proposal_id DESC
LIMIT 200
