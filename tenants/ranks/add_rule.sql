-- Another version of a rule; the one before counts up to its eve.
INSERT INTO tenants.rank_rules (
    rule, from_on, rank, measure, span, months, threshold, takes_effect, lowered, author, reason
)
VALUES (
    %(rule)s::text, %(from_on)s::date, %(rank)s::text, %(measure)s::text, %(span)s::text,
    %(months)s::smallint, %(threshold)s::bigint, %(takes_effect)s::text, %(lowered)s::boolean,
    %(author)s::text, %(reason)s::text
)
