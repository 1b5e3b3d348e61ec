-- The scheme of a cycle, and those that its points were granted under.
SELECT scheme_id::text AS scheme, funding, from_on, breakage, attribution
FROM tenants.schemes
WHERE
    scheme_id IN (
        SELECT cycles.scheme_id FROM settlement.cycles WHERE cycles.cycle_id = %(cycle_id)s::integer
        UNION ALL
        SELECT draws.scheme_id FROM federation.draws
        WHERE draws.cycle_id = %(cycle_id)s::integer AND draws.booked_at >= %(since)s::timestamptz
        UNION ALL
        SELECT lots.scheme_id
        FROM federation.entries
        INNER JOIN federation.lots USING (member_id, entry_id)
        WHERE
            entries.cycle_id = %(cycle_id)s::integer
            AND entries.booked_at >= %(since)s::timestamptz
        UNION ALL
        SELECT shortages.scheme_id
        FROM federation.entries
        INNER JOIN federation.shortages
            ON
                shortages.member_id = entries.member_id
                AND shortages.entry_id IN (entries.entry_id, entries.of_entry_id)
        WHERE
            entries.cycle_id = %(cycle_id)s::integer
            AND entries.booked_at >= %(since)s::timestamptz
            AND entries.kind IN ('return', 'reversal')
            AND shortages.met = 'deducted'
            AND shortages.cycle_id > (SELECT old.cycle_id FROM settlement.shortages_after AS old)
    )
ORDER BY from_on
