-- The routes in force on a day, as accounts are.
SELECT DISTINCT ON (routes.party_id) parties.code AS party, routes.route, routes.payee_fee_yen
FROM settlement.payment_routes AS routes
INNER JOIN tenants.parties ON parties.party_id = routes.party_id
WHERE routes.from_on <= %(day)s::date
ORDER BY routes.party_id, routes.from_on DESC, routes.entered_at DESC
