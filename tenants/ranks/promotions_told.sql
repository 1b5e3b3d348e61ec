SELECT rank, rule, rule_from_on, window_on, figure, from_on, to_on, withdrawn_on, decided_at
FROM tenants.promotions
WHERE member_id = %(member_id)s::bigint
ORDER BY promotion_id
