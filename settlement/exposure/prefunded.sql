-- What each tenant had paid in ahead by a day.
SELECT prefunding.party_id, sum(prefunding.yen)::bigint AS yen
FROM settlement.prefunding
WHERE
    prefunding.moved_on <= %(on)s::date
    AND (%(party_id)s::bigint IS NULL OR prefunding.party_id = %(party_id)s)
GROUP BY prefunding.party_id
