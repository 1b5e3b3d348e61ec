-- What was told to these tenants behind a place, in order: entries by the journal, notices between
-- them; as far as a walk of so many numbers leads, and no further than was announced. `here` is the
-- place that the walk led to; it stands in a row of its own, which has no tenant.
WITH start AS (
    SELECT coalesce(
        (
            SELECT greatest(places.after_number, %(after)s::bigint - places.notices)
            FROM federation.places
            WHERE places.first_sequence <= %(after)s::bigint
            ORDER BY places.first_sequence DESC
            LIMIT 1
        ),
        %(after)s::bigint
    ) AS number
),

walk AS (
    SELECT
        start.number AS first,
        least(announced.number, start.number + %(most)s::bigint) AS last,
        announced.number AS told, announced.sequence AS told_sequence
    FROM start
    CROSS JOIN federation.announced
),

ends AS (
    SELECT CASE WHEN walk.last = walk.told THEN walk.told_sequence ELSE walk.last + coalesce(
        (
            SELECT places.notices
            FROM federation.places
            WHERE places.after_number < walk.last
            ORDER BY places.after_number DESC
            LIMIT 1
        ),
        0
    ) END AS here
    FROM walk
)

SELECT
    notices.sequence, notices.tenant_id, notices.kind, notices.member_id, notices.content,
    notices.announced_at AS at, NULL::bigint AS entry_id, NULL::text AS till, NULL::text AS staff,
    NULL::text AS slip, NULL::bigint AS points, NULL::bigint AS paid_yen,
    NULL::bigint AS excluded_yen, NULL::text AS receipt_till, NULL::text AS receipt_no,
    NULL::timestamptz AS happened_at, NULL::date AS business_date, NULL::integer AS cycle_id,
    NULL::bigint AS shop_id
FROM federation.notices
WHERE
    notices.tenant_id = ANY(%(tenants)s::bigint [])
    AND notices.sequence > %(after)s::bigint
    AND notices.sequence <= (SELECT ends.here FROM ends)
UNION ALL
SELECT
    journal.number + coalesce(
        (
            SELECT places.notices
            FROM federation.places
            WHERE places.after_number < journal.number
            ORDER BY places.after_number DESC
            LIMIT 1
        ),
        0
    ),
    entries.tenant_id, 'entry.' || entries.kind, entries.member_id, NULL, entries.booked_at,
    entries.entry_id, entries.till, entries.staff, entries.slip, entries.points, entries.paid_yen,
    entries.excluded_yen, entries.receipt_till, entries.receipt_no, entries.at,
    entries.business_date, entries.cycle_id, entries.shop_id
FROM federation.journal
INNER JOIN federation.entries
    ON entries.member_id = journal.member_id
    AND entries.entry_id = journal.entry_id
    AND entries.booked_at = journal.booked_at
WHERE
    journal.number > (SELECT walk.first FROM walk)
    AND journal.number <= (SELECT walk.last FROM walk)
    AND entries.tenant_id = ANY(%(tenants)s::bigint [])
UNION ALL
SELECT
    ends.here, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL
FROM ends
ORDER BY sequence, tenant_id NULLS LAST
