-- Whom a carrier leads to; a one-time code says until when.
SELECT member_id, kind, state, NULL::timestamptz AS expires_at
FROM federation.carriers
WHERE carrier = %(carrier)s::text
UNION ALL
SELECT
    member_id, 'code', CASE WHEN used_at IS NULL THEN 'active' ELSE 'used' END, expires_at
FROM federation.codes
WHERE code = %(carrier)s::text
