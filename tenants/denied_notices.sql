-- What members said was not them, the newest first, and whether their points are frozen still.
SELECT
    member_notices.notice_id, member_notices.member_id, member_notices.facts,
    member_notices.denied_at, wallets.state
FROM tenants.member_notices
INNER JOIN federation.wallets USING (member_id)
WHERE
    member_notices.denied_at IS NOT NULL
    AND (%(before)s::bigint IS NULL OR member_notices.notice_id < %(before)s::bigint)
ORDER BY member_notices.notice_id DESC
LIMIT %(most)s::bigint
