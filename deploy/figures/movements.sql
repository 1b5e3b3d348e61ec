-- What an entry moved, from which account to which: both sides of each movement, under the codes of
-- those concerned; a member is not named.
SELECT
    split_part(postings.account, ':', 1)
    || coalesce(' ' || coalesce(parties.code, shops.code), '') AS account,
    sum(postings.points)::bigint AS points
FROM federation.postings
LEFT JOIN tenants.parties
    ON postings.account IN ('funder:' || parties.party_id, 'lapsed:' || parties.party_id)
LEFT JOIN tenants.shops ON postings.account = 'shop:' || shops.shop_id
WHERE
    postings.member_id = %(member_id)s::bigint
    AND postings.entry_id = %(entry_id)s::bigint
GROUP BY 1
HAVING sum(postings.points) <> 0
ORDER BY 2, 1
