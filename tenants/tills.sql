-- Every till with its shop, tenant and facility; a suspended tenant's tills are suspended. `stopped`:
-- whether the tenant may give no points of its own (付与停止).
SELECT
    tills.tenant_id, tills.till, tills.shop_id, shops.name AS shop, shops.day_starts,
    tills.counter, tenant.code AS tenant_code, shops.facility_id, facility.code AS facility_code,
    coalesce(granting.stopped, false) AS stopped,
    CASE WHEN tenants.state = 'suspended' THEN 'suspended' ELSE tills.state END AS state
FROM tenants.tills
INNER JOIN tenants.shops USING (tenant_id, shop_id)
INNER JOIN tenants.tenants USING (tenant_id)
INNER JOIN tenants.parties AS tenant ON tenant.party_id = tills.tenant_id
LEFT JOIN tenants.parties AS facility ON facility.party_id = shops.facility_id
LEFT JOIN (
    SELECT DISTINCT ON (tenant_id) tenant_id, stopped FROM tenants.granting
    ORDER BY tenant_id, number DESC
) AS granting ON granting.tenant_id = tills.tenant_id
