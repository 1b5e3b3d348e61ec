SELECT
    rule, from_on, rank, measure, span, months, threshold, takes_effect, lowered, author, reason
FROM tenants.rank_rules
ORDER BY rule, from_on
