-- What is there of a tenant in the sandbox, and the place in which sandbox shops stand.
SELECT
    (
        SELECT tenant_id FROM tenants.tenants INNER JOIN tenants.parties ON party_id = tenant_id
        WHERE code = %(tenant)s::text
    ) AS tenant_id,
    (SELECT party_id FROM tenants.parties WHERE code = 'sandbox' AND kind = 'facility') AS facility_id
