-- What a shop agreed to, from a business date on.
INSERT INTO tenants.terms (
    shop_id, from_on, yen_per_point, static_card_limit_points, excluded_categories, tax_treatment,
    author, reason
)
VALUES (
    %(shop_id)s::bigint, %(from_on)s::date, %(yen_per_point)s::integer,
    %(static_card_limit_points)s::bigint, %(excluded_categories)s::text [],
    %(tax_treatment)s::text, %(author)s::text, %(reason)s::text
)
