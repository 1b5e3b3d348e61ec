-- Every version of a shop's page, the newest first.
SELECT version, author, at FROM tenants.shop_pages
WHERE shop_id = %(shop_id)s::bigint
ORDER BY version DESC
LIMIT 50
