-- How many tenants stand over a level of their cap.
SELECT stood.level, count(*) AS tenants
FROM (
    SELECT DISTINCT ON (levels.party_id) levels.party_id, levels.level
    FROM settlement.exposure_levels AS levels
    ORDER BY levels.party_id, levels.number DESC
) AS stood
WHERE stood.level IN ('warned', 'refused')
GROUP BY stood.level
ORDER BY stood.level
