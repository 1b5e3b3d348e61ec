INSERT INTO tenants.areas (area_id, code, name, name_en)
VALUES (nextval('tenants.ids'), %(code)s::text, %(name)s::text, %(name_en)s::text)
RETURNING area_id
