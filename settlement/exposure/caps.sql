-- The cap of each tenant that has one on a day: of two rows of one day the later version.
SELECT DISTINCT ON (caps.party_id)
    caps.party_id, parties.code AS party, caps.version, caps.from_on, caps.warning_yen,
    caps.refusal_yen, caps.author, caps.reason
FROM settlement.caps
INNER JOIN tenants.parties USING (party_id)
WHERE
    caps.from_on <= %(on)s::date
    AND (%(party_id)s::bigint IS NULL OR caps.party_id = %(party_id)s)
ORDER BY caps.party_id, caps.from_on DESC, caps.version DESC
