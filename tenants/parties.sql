-- Whoever can fund points: the operator, landlords and tenants.
SELECT party_id, code
FROM tenants.parties
WHERE kind IN ('operator', 'facility', 'tenant')
