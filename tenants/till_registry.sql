-- 端末台帳: every till with its shop, its state and the key that it signs with, if it has one.
SELECT
    parties.code AS tenant, tills.till, shops.code AS shop, tills.state, keys.kid, keys.enrolled_at
FROM tenants.tills
INNER JOIN tenants.parties ON parties.party_id = tills.tenant_id
INNER JOIN tenants.shops ON shops.shop_id = tills.shop_id
LEFT JOIN tenants.till_keys AS keys
    ON keys.tenant_id = tills.tenant_id AND keys.till = tills.till AND keys.retired_at IS NULL
WHERE
    (%(tenant)s::text IS NULL OR parties.code = %(tenant)s::text)
    AND (parties.code, tills.till) > (%(after_tenant)s::text, %(after_till)s::text)
ORDER BY parties.code, tills.till
LIMIT %(most)s::bigint
