-- The lines of a cycle's statements, as they were stated.
SELECT
    parties.code AS party, lines.code, lines.points, lines.entries, lines.original, lines.yen,
    lines.carry
FROM settlement.lines
INNER JOIN tenants.parties USING (party_id)
WHERE lines.cycle_id = %(cycle_id)s::integer
