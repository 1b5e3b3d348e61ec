-- The tills of a shop; when each was last seen in an entry of the last days.
SELECT
    tills.till, tills.state, tills.counter, keys.kid, keys.enrolled_at,
    (
        SELECT entries.booked_at
        FROM federation.entries
        WHERE
            entries.tenant_id = tills.tenant_id AND entries.till = tills.till
            AND entries.booked_at >= %(since)s::timestamptz
        ORDER BY entries.entry_id DESC
        LIMIT 1
    ) AS seen_at
FROM tenants.tills
LEFT JOIN tenants.till_keys AS keys
    ON keys.tenant_id = tills.tenant_id AND keys.till = tills.till AND keys.retired_at IS NULL
WHERE tills.tenant_id = %(tenant_id)s::bigint AND tills.shop_id = %(shop_id)s::bigint
ORDER BY tills.till
