-- The lines of a cycle's statements, as they were stated.
SELECT
    parties.code AS party, lines.code, lines.points, lines.entries, lines.original, lines.yen,
    lines.carry, earlier.first_on::text AS of_cycle, lines.settles, lines.tax_bp
FROM settlement.lines
INNER JOIN tenants.parties USING (party_id)
LEFT JOIN federation.cycles AS earlier ON earlier.cycle_id = lines.of_cycle_id
WHERE lines.cycle_id = %(cycle_id)s::integer
