-- The level at which each tenant stands, by its last row; and how many rows there are.
SELECT DISTINCT ON (levels.party_id) levels.party_id, levels.level, levels.number
FROM settlement.exposure_levels AS levels
WHERE %(party_id)s::bigint IS NULL OR levels.party_id = %(party_id)s
ORDER BY levels.party_id, levels.number DESC
