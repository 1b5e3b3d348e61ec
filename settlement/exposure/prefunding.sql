-- Every movement of a tenant's deposit, in order.
SELECT number, moved_on, yen, balance_yen, author, reason
FROM settlement.prefunding
WHERE party_id = %(party_id)s::bigint
ORDER BY number
