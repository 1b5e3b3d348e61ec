-- How many lines of a party's statements are in dispute.
SELECT count(*) AS disputes
FROM settlement.disputes
WHERE disputes.party_id = %(party_id)s::bigint AND disputes.state = 'open'
