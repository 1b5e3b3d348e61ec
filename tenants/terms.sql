-- The terms of every shop, all dates.
SELECT
    shop_id, from_on, yen_per_point, static_card_limit_points, excluded_categories, tax_treatment,
    author, reason
FROM tenants.terms
