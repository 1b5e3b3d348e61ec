SELECT
    parties.party_id, parties.code, parties.name, parties.name_en, tenants.state,
    (SELECT count(*) FROM tenants.shops WHERE shops.tenant_id = parties.party_id) AS shops
FROM tenants.tenants
INNER JOIN tenants.parties ON parties.party_id = tenants.tenant_id
WHERE parties.party_id <> 1
ORDER BY parties.code
