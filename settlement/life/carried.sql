-- What was carried over from one cycle to a later one, the newest first: what came back from the bank
-- and was not sent again, and what a statement kept for the next because it was too little to pay.
SELECT
    told.why, told.reference, told.difference, parties.code AS party, told.yen,
    since.first_on AS since, since.last_on AS since_last_on, until.first_on AS due_in,
    until.last_on AS due_last_on, coalesce(cycles.state, 'open') AS state
FROM (
    SELECT
        'came-back' AS why, adjustments.reference, payments.difference, adjustments.party_id,
        adjustments.yen, adjustments.of_cycle_id, adjustments.cycle_id
    FROM settlement.adjustments
    INNER JOIN settlement.payments USING (reference)
    WHERE adjustments.kind = 'carried' AND adjustments.party_id = adjustments.of_party_id
    UNION ALL
    SELECT
        'too-little', NULL, '', lines.party_id, -lines.yen, lines.cycle_id,
        (
            SELECT min(later.cycle_id) FROM federation.cycles AS later
            WHERE later.cycle_id > lines.cycle_id
        )
    FROM settlement.lines
    INNER JOIN tenants.parties AS whose ON whose.party_id = lines.party_id
    WHERE lines.code = 402 AND lines.carry = 'out' AND whose.kind <> 'operator'
) AS told
INNER JOIN tenants.parties ON parties.party_id = told.party_id
INNER JOIN federation.cycles AS since ON since.cycle_id = told.of_cycle_id
INNER JOIN federation.cycles AS until ON until.cycle_id = told.cycle_id
LEFT JOIN settlement.cycles ON cycles.cycle_id = told.cycle_id
ORDER BY told.of_cycle_id DESC, parties.code, told.reference
LIMIT %(most)s::integer OFFSET %(skip)s::integer
