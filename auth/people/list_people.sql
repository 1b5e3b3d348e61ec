-- Every person with their roles, each with the code of its place.
SELECT
    people.person_id, people.login, people.name, people.state, people.placed, people.created_by,
    people.created_at, people.signed_in_at,
    (SELECT count(*) FROM auth.passkeys AS keys WHERE keys.person_id = people.person_id) AS passkeys,
    people.totp IS NOT NULL AS totp,
    coalesce(array_agg(roles.role ORDER BY roles.role, roles.place_id)
    FILTER (WHERE roles.role IS NOT NULL), '{}') AS roles,
    coalesce(array_agg(roles.place_id ORDER BY roles.role, roles.place_id)
    FILTER (WHERE roles.role IS NOT NULL), '{}') AS places,
    coalesce(array_agg(
        CASE roles.role
            WHEN 'area' THEN (SELECT code FROM tenants.areas WHERE area_id = roles.place_id)
            WHEN 'tenant' THEN (
                SELECT code FROM tenants.parties WHERE party_id = roles.place_id
            )
            WHEN 'tenant-finance' THEN (
                SELECT code FROM tenants.parties WHERE party_id = roles.place_id
            )
            WHEN 'facility' THEN (
                SELECT code FROM tenants.parties WHERE party_id = roles.place_id
            )
            WHEN 'shop' THEN (
                SELECT format('%%s/%%s', parties.code, shops.code)
                FROM tenants.shops INNER JOIN tenants.parties ON party_id = tenant_id
                WHERE shop_id = roles.place_id
            )
            ELSE ''
        END
        ORDER BY roles.role, roles.place_id
    ) FILTER (WHERE roles.role IS NOT NULL), '{}') AS place_codes
FROM auth.people
LEFT JOIN auth.person_roles AS roles USING (person_id)
WHERE %(person_id)s::text IS NULL OR people.person_id = %(person_id)s::text
GROUP BY people.person_id
ORDER BY people.login
