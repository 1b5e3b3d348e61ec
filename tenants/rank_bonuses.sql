-- What each rank adds: of a rank's dated rows the rule takes the latest that has begun.
SELECT bonuses.from_on, bonuses.rank, bonuses.multiplier, parties.party_id, parties.code
FROM tenants.rank_bonuses AS bonuses
INNER JOIN tenants.parties ON parties.party_id = bonuses.funder_id
