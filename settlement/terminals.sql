-- How many tills each tenant has that are not stopped.
SELECT parties.code AS party, count(*) AS terminals
FROM tenants.tills
INNER JOIN tenants.parties ON parties.party_id = tills.tenant_id
WHERE tills.state = 'active'
GROUP BY parties.code
