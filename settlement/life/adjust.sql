-- What a dispute does to a cycle, each line pointing at the sealed one: what was decided stands in
-- the cycle's statements, what is held beside them.
INSERT INTO settlement.adjustments (
    cycle_id, party_id, kind, code, yen, of_cycle_id, of_party_id, of_code, of_original, dispute_id,
    in_statement, tax_bp
)
SELECT
    %(cycle_id)s::integer, parties.party_id, %(kind)s::text, p.code, p.yen, disputes.cycle_id,
    disputes.party_id, %(of_code)s::smallint, %(of_original)s::smallint, disputes.dispute_id,
    %(kind)s <> 'held', %(tax_bp)s::integer
FROM json_to_recordset(%(parts)s::json) AS p (party text, code smallint, yen bigint)
INNER JOIN tenants.parties ON parties.code = p.party
INNER JOIN settlement.disputes ON disputes.dispute_id = %(dispute)s::text
