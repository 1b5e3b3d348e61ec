SELECT member_id, rank, rank_since AS since_on, rank_before AS before
FROM federation.wallets
WHERE member_id = ANY(%(members)s::bigint [])
ORDER BY member_id
