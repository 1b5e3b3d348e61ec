SELECT was, rank, since_on, why, at
FROM tenants.rank_turns
WHERE member_id = %(member_id)s::bigint
ORDER BY turn_id
