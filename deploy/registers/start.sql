-- How far a new operator has come: each step is done once there is one of it.
SELECT
    (SELECT parties.code FROM tenants.parties WHERE parties.party_id = 1) AS operator_code,
    (SELECT parties.name FROM tenants.parties WHERE parties.party_id = 1) AS operator,
    (SELECT count(*) FROM (SELECT FROM tenants.areas LIMIT 1000) AS few) AS areas,
    (SELECT count(*) FROM (SELECT FROM tenants.facilities LIMIT 1000) AS few) AS facilities,
    (SELECT count(*) FROM (SELECT FROM tenants.tenants WHERE tenant_id <> 1 LIMIT 1000) AS few) AS tenants,
    (SELECT count(*) FROM (SELECT FROM tenants.shops WHERE tenant_id <> 1 LIMIT 1000) AS few) AS shops,
    (SELECT count(*) FROM (SELECT FROM tenants.terms LIMIT 1000) AS few) AS terms,
    (
        SELECT count(*) FROM (
            SELECT FROM tenants.tills WHERE tenant_id <> 1 AND state = 'active' LIMIT 1000
        ) AS few
    ) AS tills,
    (
        SELECT count(*) FROM (
            SELECT FROM auth.clients
            WHERE clients.audience = 'till' AND clients.state = 'active' LIMIT 1000
        ) AS few
    ) AS clients,
    (SELECT count(*) FROM (SELECT FROM federation.members LIMIT 1000) AS few) AS members,
    (SELECT count(*) FROM (SELECT FROM federation.entries WHERE kind = 'accrual' LIMIT 1) AS few) AS accruals,
    (
        SELECT parties.code || '/' || shops.code
        FROM tenants.shops
        INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id
        WHERE shops.tenant_id <> 1
        ORDER BY shops.shop_id
        LIMIT 1
    ) AS first_shop
