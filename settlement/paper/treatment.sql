-- Whether a tenant's shops treat points that pay as a discount: all of them, by the terms in force on
-- a day.
SELECT coalesce(bool_and(terms.tax_treatment = 'DISCOUNT'), false) AS discount
FROM tenants.shops
CROSS JOIN LATERAL (
    SELECT agreed.tax_treatment
    FROM tenants.terms AS agreed
    WHERE agreed.shop_id = shops.shop_id AND agreed.from_on <= %(on)s::date
    ORDER BY agreed.from_on DESC
    LIMIT 1
) AS terms
WHERE shops.tenant_id = %(party_id)s::bigint
