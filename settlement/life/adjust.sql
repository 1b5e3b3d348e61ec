-- Lines beside the statements of a cycle, each pointing at the line in dispute.
INSERT INTO settlement.adjustments (
    cycle_id, party_id, kind, yen, of_cycle_id, of_party_id, of_code, of_original, dispute_id
)
SELECT
    %(cycle_id)s::integer, parties.party_id, %(kind)s::text, p.yen, disputes.cycle_id,
    disputes.party_id, disputes.code, disputes.original, disputes.dispute_id
FROM json_to_recordset(%(parts)s::json) AS p (party text, yen bigint)
INNER JOIN tenants.parties ON parties.code = p.party
INNER JOIN settlement.disputes ON disputes.dispute_id = %(dispute)s::text
