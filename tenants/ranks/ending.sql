-- The next members whose rank by rolling months ends on a day.
SELECT DISTINCT promotions.member_id
FROM tenants.promotions
INNER JOIN tenants.rank_rules
    ON rank_rules.rule = promotions.rule AND rank_rules.from_on = promotions.rule_from_on
WHERE
    promotions.to_on = %(day)s::date
    AND promotions.withdrawn_on IS NULL
    AND rank_rules.span = 'months'
    AND promotions.member_id > %(after)s::bigint
ORDER BY promotions.member_id
LIMIT %(most)s::integer
