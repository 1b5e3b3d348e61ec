-- Points that will be out on a day, by funder and funding, and the last day of the last of them.
SELECT
    funders.code AS funder, schemes.funding, sum(lots.points_left)::bigint AS points,
    max(lots.expires_on) AS last_expires_on
FROM federation.lots
INNER JOIN tenants.schemes ON schemes.scheme_id = lots.scheme_id
INNER JOIN tenants.parties AS funders ON funders.party_id = lots.funder_id
WHERE lots.points_left > 0 AND lots.expires_on >= %(on)s::date
GROUP BY funders.code, schemes.funding
ORDER BY funder, funding
