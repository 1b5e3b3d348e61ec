-- Of one of these ranks.
SELECT member_id
FROM federation.wallets
WHERE member_id = ANY(%(members)s::bigint []) AND rank = ANY(%(any_of)s::text [])
