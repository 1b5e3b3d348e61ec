-- Every tenant's shops, and the facility that each stands in.
SELECT parties.code AS party, shops.code AS shop, facilities.code AS facility
FROM tenants.shops
INNER JOIN tenants.parties ON parties.party_id = shops.tenant_id AND parties.kind = 'tenant'
LEFT JOIN tenants.parties AS facilities ON facilities.party_id = shops.facility_id
ORDER BY 1, 2
