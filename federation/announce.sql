-- Places for the notices that can be told: they committed, no transaction that began before them still
-- runs, and every entry that was booked before them has its number. They come behind the journal's
-- last number, in the order of their transactions; from now on all up to there is told.
WITH head AS (
    SELECT coalesce(max(number), 0) AS number FROM federation.journal
),

numbered AS (
    SELECT xid, entry_id, member_id FROM federation.numbered
),

before AS (
    SELECT coalesce(
        (SELECT places.notices FROM federation.places ORDER BY places.after_number DESC LIMIT 1), 0
    ) AS notices
),

ready AS (
    SELECT one.notice_id, row_number() OVER (ORDER BY one.xid, one.notice_id) AS turn
    FROM (
        SELECT notices.notice_id, notices.xid
        FROM federation.notices
        WHERE
            notices.sequence IS NULL
            AND notices.xid < pg_snapshot_xmin(pg_current_snapshot())
            AND NOT EXISTS (
                SELECT FROM federation.entries
                WHERE
                    entries.xid >= (SELECT numbered.xid FROM numbered)
                    AND entries.xid <= notices.xid
                    AND (entries.xid, entries.entry_id, entries.member_id)
                    > (SELECT numbered.xid, numbered.entry_id, numbered.member_id FROM numbered)
            )
        ORDER BY notices.xid, notices.notice_id
        LIMIT %(most)s::bigint
    ) AS one
),

told AS (
    UPDATE federation.notices
    SET
        sequence = head.number + before.notices + ready.turn,
        announced_at = %(now)s::timestamptz
    FROM ready
    CROSS JOIN head
    CROSS JOIN before
    WHERE notices.notice_id = ready.notice_id
    RETURNING notices.notice_id
),

placed AS (
    INSERT INTO federation.places (after_number, first_sequence, notices)
    SELECT head.number, head.number + before.notices + 1, before.notices + count(ready.turn)
    FROM ready
    CROSS JOIN head
    CROSS JOIN before
    GROUP BY head.number, before.notices
    ON CONFLICT (after_number) DO UPDATE SET notices = excluded.notices
    RETURNING notices
),

upto AS (
    SELECT
        head.number,
        head.number + coalesce((SELECT placed.notices FROM placed), before.notices) AS sequence
    FROM head
    CROSS JOIN before
)

UPDATE federation.announced
SET number = upto.number, sequence = upto.sequence
FROM upto
WHERE announced.sequence < upto.sequence
RETURNING announced.sequence
