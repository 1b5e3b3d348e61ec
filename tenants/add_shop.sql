-- A shop of a tenant, with its tills.
WITH shop AS (
    INSERT INTO tenants.shops (
        shop_id, tenant_id, facility_id, code, name, name_en, trade, day_starts
    )
    VALUES (
        nextval('tenants.ids'), %(tenant_id)s::bigint, %(facility_id)s::bigint, %(code)s::text,
        %(name)s::text, %(name_en)s::text, %(trade)s::text, %(day_starts)s::time
    )
    RETURNING shop_id, tenant_id
),

till AS (
    INSERT INTO tenants.tills (tenant_id, till, shop_id, counter)
    SELECT shop.tenant_id, t.till, shop.shop_id, t.till = ANY(%(counters)s::text [])
    FROM shop
    CROSS JOIN unnest(%(tills)s::text []) AS t (till)
)

SELECT shop_id FROM shop
