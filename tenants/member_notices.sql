-- What a member was told, the newest first.
SELECT notice_id, kind, facts, due_at, seen_at, denied_at
FROM tenants.member_notices
WHERE
    member_id = %(member_id)s::bigint
    AND due_at <= %(now)s::timestamptz
    AND (%(before)s::bigint IS NULL OR notice_id < %(before)s::bigint)
ORDER BY notice_id DESC
LIMIT %(most)s::bigint
