-- What an instance comes to: two that agree on this hold the same points and the same seals.
SELECT json_build_object(
    'outstanding_points', (
        SELECT coalesce(json_object_agg(code, points ORDER BY code), '{}')
        FROM (
            SELECT parties.code, sum(lots.points_left)::bigint AS points
            FROM federation.lots
            INNER JOIN tenants.parties ON parties.party_id = lots.funder_id
            GROUP BY parties.code
        ) AS funders
    ),
    'points_by_kind', (
        SELECT coalesce(json_object_agg(kind, points ORDER BY kind), '{}')
        FROM (
            SELECT kind, sum(points)::bigint AS points FROM federation.entries GROUP BY kind
        ) AS kinds
    ),
    'entries', (SELECT count(*) FROM federation.entries),
    'wallets_points', (SELECT coalesce(sum(points), 0)::bigint FROM federation.wallets),
    'slips', (SELECT count(*) FROM federation.slips),
    'seals', (
        SELECT coalesce(json_object_agg(cycle_id, encode(seal, 'hex') ORDER BY cycle_id), '{}')
        FROM settlement.seals
    ),
    'statements', (
        SELECT encode(
            sha256(convert_to(coalesce(string_agg(body, '' ORDER BY cycle_id, party_id), ''), 'UTF8')),
            'hex'
        )
        FROM settlement.statements
    ),
    'journal_number', (SELECT coalesce(max(number), 0) FROM federation.journal),
    'journal_chain', (
        SELECT encode(chain, 'hex') FROM federation.journal ORDER BY number DESC LIMIT 1
    ),
    'unnumbered', (
        SELECT count(*)
        FROM federation.entries
        LEFT JOIN federation.journal USING (member_id, entry_id, booked_at)
        WHERE journal.number IS NULL
    )
)::text
