-- Whether a month may leave: it is there, none older is, all of it is numbered and settled.
WITH part AS (
    SELECT 'entries' || to_char(%(from_at)s::timestamptz AT TIME ZONE 'Asia/Tokyo', '_YYYYMM') AS name
),

attached AS (
    SELECT tables.relname AS name
    FROM pg_inherits
    INNER JOIN pg_class AS tables ON tables.oid = pg_inherits.inhrelid
    WHERE pg_inherits.inhparent = 'federation.entries'::regclass
),

month AS (
    SELECT member_id, entry_id, booked_at, cycle_id
    FROM federation.entries
    WHERE booked_at >= %(from_at)s::timestamptz AND booked_at < %(until_at)s::timestamptz
)

SELECT
    EXISTS (SELECT FROM attached INNER JOIN part USING (name)) AS there,
    EXISTS (SELECT FROM attached, part WHERE attached.name < part.name) AS older,
    EXISTS (
        SELECT FROM month
        LEFT JOIN federation.journal USING (member_id, entry_id, booked_at)
        WHERE journal.number IS NULL
    ) AS unnumbered,
    EXISTS (
        SELECT FROM (SELECT DISTINCT cycle_id FROM month) AS cycle
        LEFT JOIN settlement.cycles USING (cycle_id)
        WHERE cycles.stage IS DISTINCT FROM 'sealed'
    ) AS unsealed
