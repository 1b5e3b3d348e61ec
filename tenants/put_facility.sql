INSERT INTO tenants.area_facilities (facility_id, area_id)
VALUES (%(facility_id)s::bigint, %(area_id)s::bigint)
ON CONFLICT (facility_id) DO UPDATE SET area_id = excluded.area_id
