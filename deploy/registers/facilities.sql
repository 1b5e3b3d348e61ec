SELECT
    parties.party_id, parties.code, parties.name, parties.name_en, areas.code AS area,
    (SELECT count(*) FROM tenants.shops WHERE shops.facility_id = parties.party_id) AS shops
FROM tenants.facilities
INNER JOIN tenants.parties ON parties.party_id = facilities.facility_id
LEFT JOIN tenants.area_facilities ON area_facilities.facility_id = facilities.facility_id
LEFT JOIN tenants.areas USING (area_id)
ORDER BY parties.code
