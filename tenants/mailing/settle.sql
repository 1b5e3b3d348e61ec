-- What became of a letter; the notice knows when it was sent.
WITH sent AS (
    UPDATE tenants.member_notices SET sent_at = %(now)s::timestamptz
    WHERE
        notice_id = %(notice_id)s::bigint AND %(state)s::text = 'sent' AND sent_at IS NULL
)

UPDATE tenants.letters
SET
    state = %(state)s::text,
    tries = %(tries)s::smallint,
    reason = %(reason)s::text,
    due_at = CASE WHEN %(state)s::text = 'waiting' THEN %(due_at)s::timestamptz ELSE due_at END,
    ended_at = CASE WHEN %(state)s::text <> 'waiting' THEN %(now)s::timestamptz END
WHERE notice_id = %(notice_id)s::bigint AND state = 'waiting'
