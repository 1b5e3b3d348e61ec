-- Whom these one-time codes lead to, until when, and whether they have paid.
SELECT code, member_id, expires_at, used_at
FROM federation.codes
WHERE code = ANY(%(codes)s::text [])
