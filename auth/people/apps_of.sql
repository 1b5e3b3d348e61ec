-- The apps that a member allows something now, with what and until when; the newest first.
SELECT
    clients.client_id, clients.name, max(grants.given_at) AS given_at,
    max(grants.ends_at) AS ends_at,
    array_agg(DISTINCT scope.name ORDER BY scope.name) AS scopes
FROM auth.grants
INNER JOIN auth.clients ON clients.client_id = grants.client_id
CROSS JOIN LATERAL unnest(grants.scopes) AS scope (name)
WHERE
    grants.member_id = %(member_id)s::bigint AND grants.ended_at IS NULL
    AND grants.ends_at > %(now)s::timestamptz
GROUP BY clients.client_id, clients.name
ORDER BY max(grants.given_at) DESC
