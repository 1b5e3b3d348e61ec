-- Points that will be out on a day: funded by a tenant, or given at its shops.
SELECT
    funders.code AS funder, schemes.funding, lots.funder_id = %(party_id)s::bigint AS own,
    sum(lots.points_left)::bigint AS points, max(lots.expires_on) AS last_expires_on
FROM federation.lots
INNER JOIN tenants.schemes ON schemes.scheme_id = lots.scheme_id
INNER JOIN tenants.parties AS funders ON funders.party_id = lots.funder_id
INNER JOIN tenants.shops ON shops.shop_id = lots.shop_id
WHERE
    lots.points_left > 0
    AND lots.expires_on >= %(on)s::date
    AND (lots.funder_id = %(party_id)s OR shops.tenant_id = %(party_id)s)
GROUP BY funders.code, schemes.funding, lots.funder_id
ORDER BY own DESC, funder, funding
