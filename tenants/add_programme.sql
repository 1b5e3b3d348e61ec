-- The programme's terms from a business date on.
INSERT INTO tenants.programme (
    from_on, spend_order, shortage_policy, redemption_limit_points_per_day, usable_from,
    late_claim_days, author, reason
)
VALUES (
    %(from_on)s::date, %(spend_order)s::text, %(shortage_policy)s::text,
    %(redemption_limit_points_per_day)s::bigint, %(usable_from)s::text,
    %(late_claim_days)s::smallint, %(author)s::text, %(reason)s::text
)
