-- Of clients with the tokens that they showed: those of whom both still hold; and of people, who come
-- with a session and no token, those who may still come in.
SELECT asked.client_id, asked.token
FROM unnest(%(clients)s::text [], %(tokens)s::text []) AS asked (client_id, token)
INNER JOIN auth.clients ON clients.client_id = asked.client_id
WHERE
    clients.state = 'active'
    AND NOT EXISTS (SELECT FROM auth.withdrawn WHERE withdrawn.jti = asked.token)
UNION ALL
SELECT asked.client_id, asked.token
FROM unnest(%(clients)s::text [], %(tokens)s::text []) AS asked (client_id, token)
INNER JOIN auth.people ON people.person_id = asked.client_id
WHERE people.state = 'active' AND asked.token = ''
