SELECT
    member_id, rank, rule, rule_from_on, window_on, figure, from_on, to_on, withdrawn_on
FROM tenants.promotions
WHERE member_id = ANY(%(members)s::bigint [])
ORDER BY member_id, promotion_id
