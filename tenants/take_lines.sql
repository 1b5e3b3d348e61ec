-- The next lines of a tenant: first those that came, in their order; else those that waited and need
-- to wait no more: the card is known, the original has come, or the window is over.
WITH waiting AS (
    SELECT line.number
    FROM tenants.batch_lines AS line
    WHERE
        line.tenant_id = %(tenant_id)s::bigint
        AND line.state = 'waiting'
        AND (
            line.business_date < %(oldest)s::date
            OR (
                line.waits_for = 'card'
                AND (
                    EXISTS (SELECT FROM federation.carriers WHERE carriers.carrier = line.carrier)
                    OR EXISTS (SELECT FROM federation.codes WHERE codes.code = line.carrier)
                )
            )
            OR (
                line.waits_for = 'original'
                AND EXISTS (
                    SELECT FROM federation.slips
                    WHERE slips.shop_id = line.shop_id AND slips.slip = line.of_slip
                )
            )
        )
    ORDER BY line.number
    LIMIT %(most)s::integer
),

fresh AS (
    SELECT line.number
    FROM tenants.batch_lines AS line
    WHERE line.tenant_id = %(tenant_id)s::bigint AND line.state IN ('received', 'judged')
    ORDER BY line.number
    LIMIT %(most)s::integer
),

taken AS (
    SELECT number FROM fresh
    UNION ALL
    SELECT number FROM waiting WHERE NOT EXISTS (SELECT FROM fresh)
)

SELECT
    line.number, line.batch_id, line.line, line.content, line.state, line.known_before,
    line.over_limit, line.spends_points, line.prev_ok, line.gap_from, line.gap_to,
    batches.client_id, batches.tills, batches.received_at
FROM taken
INNER JOIN tenants.batch_lines AS line USING (number)
INNER JOIN tenants.batches
    ON batches.tenant_id = line.tenant_id AND batches.batch_id = line.batch_id
ORDER BY line.number
