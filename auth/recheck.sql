SELECT client_id FROM auth.clients
WHERE client_id = ANY(%(clients)s::text[]) AND state = 'active'
