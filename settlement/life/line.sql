-- A line of a party's sealed statement.
SELECT parties.code AS party, lines.yen
FROM settlement.lines
INNER JOIN tenants.parties ON parties.party_id = lines.party_id
WHERE
    lines.cycle_id = %(cycle_id)s::integer
    AND lines.party_id = %(party_id)s::bigint
    AND lines.code = %(code)s::smallint
    AND lines.original IS NOT DISTINCT FROM %(original)s::smallint
    AND lines.of_cycle_id IS NULL
