-- What the last stated cycle before this one carried on, by party; the operator's is only its mirror.
SELECT parties.code AS party, -lines.yen AS yen
FROM settlement.lines
INNER JOIN tenants.parties USING (party_id)
WHERE
    lines.cycle_id = (
        SELECT max(before.cycle_id) FROM settlement.cycles AS before
        WHERE before.cycle_id < %(cycle_id)s::integer
    )
    AND lines.code = 402
    AND lines.carry = 'out'
    AND parties.kind <> 'operator'
