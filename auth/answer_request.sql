-- The consent page that a member answers, once; and the pushed request that it was about, once too.
WITH page AS (
    DELETE FROM auth.requests
    WHERE request_sha256 = %(request_sha256)s AND member_id = %(member_id)s
    AND expires_at > %(now)s
    RETURNING content, pushed_sha256
),
pushed AS (
    DELETE FROM auth.requests WHERE request_sha256 IN (SELECT pushed_sha256 FROM page)
    RETURNING request_sha256
)
SELECT content FROM page
WHERE pushed_sha256 IS NULL OR EXISTS (SELECT FROM pushed)
