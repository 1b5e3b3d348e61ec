-- Whether there are caps at all; how many tenants stand over each level.
SELECT
    EXISTS (SELECT FROM settlement.caps) AS capped,
    (
        SELECT count(*) FROM (
            SELECT DISTINCT ON (party_id) level FROM settlement.exposure_levels
            ORDER BY party_id, number DESC
        ) AS stood
        WHERE stood.level = 'warned'
    ) AS warned,
    (
        SELECT count(*) FROM (
            SELECT DISTINCT ON (party_id) level FROM settlement.exposure_levels
            ORDER BY party_id, number DESC
        ) AS stood
        WHERE stood.level = 'refused'
    ) AS refused
