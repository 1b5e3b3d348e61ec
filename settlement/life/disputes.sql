-- Disputes, the newest first: of a cycle, of a party, one, or all that the reader may see.
SELECT
    disputes.dispute_id AS dispute, calendar.first_on AS cycle, parties.code AS party, disputes.code,
    disputes.original, disputes.yen, disputes.reason, disputes.evidence, disputes.opened_at,
    disputes.deadline_on, disputes.state, disputes.decided_at, disputes.decision,
    disputes.adjusted_yen, paid.first_on AS paid_in
FROM settlement.disputes
INNER JOIN tenants.parties ON parties.party_id = disputes.party_id
INNER JOIN federation.cycles AS calendar ON calendar.cycle_id = disputes.cycle_id
LEFT JOIN federation.cycles AS paid ON paid.cycle_id = disputes.paid_in
WHERE
    (%(cycle_id)s::integer IS NULL OR disputes.cycle_id = %(cycle_id)s)
    AND (%(party_id)s::bigint IS NULL OR disputes.party_id = %(party_id)s)
    AND (%(dispute)s::text IS NULL OR disputes.dispute_id = %(dispute)s)
ORDER BY disputes.opened_at DESC, disputes.dispute_id
