-- All caps that were ever agreed with a tenant, in the order in which they were.
SELECT
    parties.party_id, parties.code AS party, caps.version, caps.from_on, caps.warning_yen,
    caps.refusal_yen, caps.author, caps.reason
FROM settlement.caps
INNER JOIN tenants.parties USING (party_id)
WHERE caps.party_id = %(party_id)s::bigint
ORDER BY caps.version
