-- A member's code, made once.
WITH made AS (
    INSERT INTO tenants.referral_codes (member_id, code, made_at)
    VALUES (%(member_id)s::bigint, %(code)s::text, %(now)s::timestamptz)
    ON CONFLICT (member_id) DO NOTHING
    RETURNING code
)

SELECT made.code FROM made
UNION ALL
SELECT referral_codes.code FROM tenants.referral_codes
WHERE referral_codes.member_id = %(member_id)s::bigint
LIMIT 1
