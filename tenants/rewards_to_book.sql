-- What was told and not yet rewarded.
SELECT told.member_id, told.field, told.points, told.funder_id, parties.code AS funder
FROM tenants.enrichments AS told
INNER JOIN tenants.parties ON parties.party_id = told.funder_id
WHERE
    told.booked_at IS NULL
    AND (%(member_id)s::bigint IS NULL OR told.member_id = %(member_id)s::bigint)
ORDER BY told.member_id, told.field
LIMIT %(most)s::bigint
