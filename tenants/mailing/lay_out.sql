-- A letter for each new notice for which there are words. What is a month old is told on pages alone.
INSERT INTO tenants.letters (notice_id, state, due_at)
SELECT notices.notice_id, 'waiting', notices.due_at
FROM tenants.member_notices AS notices
WHERE
    notices.sent_at IS NULL
    AND notices.due_at <= %(now)s::timestamptz
    AND notices.due_at > %(now)s::timestamptz - interval '30 days'
    AND split_part(notices.occasion, '/', 1) = ANY(%(words)s::text [])
    AND NOT EXISTS (SELECT FROM tenants.letters WHERE letters.notice_id = notices.notice_id)
ORDER BY notices.due_at, notices.notice_id
ON CONFLICT (notice_id) DO NOTHING
