-- Whether what each party is due of a confirmed cycle stands in its payments; and every payment that
-- is past its day and has not moved in full, or moved more than once.
WITH due AS (
    SELECT cycle_id, party_id, sum(yen)::bigint AS yen
    FROM (
        SELECT statements.cycle_id, statements.party_id, statements.total_yen AS yen
        FROM settlement.statements
        INNER JOIN settlement.cycles USING (cycle_id)
        WHERE cycles.state NOT IN ('open', 'closed')
        UNION ALL
        SELECT adjustments.cycle_id, adjustments.party_id, adjustments.yen
        FROM settlement.adjustments
        INNER JOIN settlement.cycles USING (cycle_id)
        WHERE cycles.state NOT IN ('open', 'closed')
    ) AS sides
    GROUP BY cycle_id, party_id
),

planned AS (
    SELECT cycle_id, party_id, sum(yen)::bigint AS yen, min(pays_on) AS pays_on,
        array_agg(reference ORDER BY reference) AS references_of
    FROM settlement.payments
    WHERE state NOT IN ('void', 'again')
    GROUP BY cycle_id, party_id
)

SELECT
    cycle_id, party_id, 'planned' AS figure, '' AS reference, calendar.last_on AS business_date,
    coalesce(due.yen, 0) AS told, coalesce(planned.yen, 0) AS found, 'planned' AS state,
    '' AS difference, coalesce(planned.references_of, '{}') AS behind
FROM due
FULL JOIN planned USING (cycle_id, party_id)
INNER JOIN federation.cycles AS calendar USING (cycle_id)
WHERE coalesce(due.yen, 0) <> coalesce(planned.yen, 0) AND calendar.last_on >= %(since)s::date
UNION ALL
SELECT
    payments.cycle_id, payments.party_id, 'paid', payments.reference, payments.pays_on,
    abs(payments.yen), payments.settled_yen, payments.state, payments.difference,
    ARRAY[payments.reference]
FROM settlement.payments
WHERE
    payments.pays_on <= %(today)s::date
    AND payments.pays_on >= %(since)s::date
    AND payments.route <> 'KEPT'
    AND (
        payments.state IN ('planned', 'sent', 'short', 'returned', 'failed', 'held')
        OR (
            payments.state = 'settled' AND payments.difference ^@ ANY(%(twice)s::text [])
        )
    )
ORDER BY cycle_id, party_id, figure, reference
