-- The tills of the tenant that this connection has named, and since when each has a key of its own.
SELECT
    tills.till, shops.name AS shop, shops.name_en AS shop_en, tills.state, keys.enrolled_at
FROM tenants.tills
INNER JOIN tenants.shops USING (shop_id)
LEFT JOIN tenants.till_keys AS keys
    ON keys.tenant_id = tills.tenant_id AND keys.till = tills.till AND keys.retired_at IS NULL
WHERE tills.tenant_id = federation.reader()
ORDER BY shops.name, tills.till
