-- Two at most: an address that leads to two members leads to none.
SELECT member_id FROM federation.profiles
WHERE lower(email) = %(email)s::text AND email IS NOT NULL
LIMIT 2
