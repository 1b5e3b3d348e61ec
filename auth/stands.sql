-- Whether what a token says still holds: its client, what a member allowed, the token itself.
SELECT
    EXISTS (SELECT FROM auth.clients WHERE client_id = %(client_id)s AND state = 'active')
    AND NOT EXISTS (SELECT FROM auth.withdrawn WHERE jti = %(jti)s)
    AND (
        %(grant_id)s::text IS NULL
        OR EXISTS (
            SELECT FROM auth.grants
            WHERE grant_id = %(grant_id)s AND client_id = %(client_id)s AND ended_at IS NULL
            AND ends_at > %(now)s
        )
    ) AS stands
