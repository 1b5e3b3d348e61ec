-- Whose postcode begins with one of these digits.
SELECT member_id
FROM federation.profiles
WHERE
    member_id = ANY(%(members)s::bigint [])
    AND EXISTS (
        SELECT FROM unnest(%(prefixes)s::text []) AS p (prefix)
        WHERE starts_with(profiles.postcode, p.prefix)
    )
