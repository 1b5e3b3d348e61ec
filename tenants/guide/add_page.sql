-- The next version of what a shop tells of itself.
INSERT INTO tenants.shop_pages (
    shop_id, version, tenant_id, floor, floor_en, phone, hours, hours_en, guide, guide_en, faq,
    author, at
)
SELECT
    shops.shop_id,
    1 + coalesce((SELECT max(version) FROM tenants.shop_pages AS one WHERE one.shop_id = shops.shop_id), 0),
    shops.tenant_id, %(floor)s::text, %(floor_en)s::text, %(phone)s::text, %(hours)s::text,
    %(hours_en)s::text, %(guide)s::text, %(guide_en)s::text, %(faq)s::jsonb, %(author)s::text,
    %(now)s::timestamptz
FROM tenants.shops
WHERE shops.shop_id = %(shop_id)s::bigint
ON CONFLICT DO NOTHING
