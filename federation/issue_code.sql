-- A one-time code for a member who is with us and was not given too many lately; earlier ones live
-- to their end.
WITH lately AS (
    SELECT count(*) AS codes, min(issued_at) AS first_at
    FROM federation.codes
    WHERE
        member_id = %(member_id)s::bigint
        AND issued_at > %(since)s::timestamptz
        AND used_at IS DISTINCT FROM issued_at  -- those that only earn: `earning_code.sql`
),

issued AS (
    INSERT INTO federation.codes (code, member_id, issued_at, expires_at)
    SELECT
        %(code)s::text, members.member_id, %(now)s::timestamptz, %(expires_at)s::timestamptz
    FROM federation.members
    CROSS JOIN lately
    WHERE
        members.member_id = %(member_id)s::bigint
        AND members.state = 'active'
        AND lately.codes < %(most)s::bigint
    RETURNING code
)

SELECT EXISTS (SELECT FROM issued) AS issued, lately.first_at
FROM federation.members
CROSS JOIN lately
WHERE members.member_id = %(member_id)s::bigint AND members.state = 'active'
