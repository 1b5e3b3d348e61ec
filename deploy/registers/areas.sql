SELECT
    areas.area_id, areas.code, areas.name, areas.name_en,
    (
        SELECT count(*) FROM tenants.area_facilities
        WHERE area_facilities.area_id = areas.area_id
    ) AS facilities
FROM tenants.areas
ORDER BY areas.code
