-- What some members had too much, with what is left of it; where there were none, the run is proposed.
WITH kept AS (
    INSERT INTO tenants.correction_members (
        run, member_id, funder_id, got_points, due_points, left_points
    )
    SELECT
        runs.run, k.member_id, k.funder_id, k.got_points, k.due_points,
        coalesce((
            SELECT sum(lots.points_left - lots.points_held)
            FROM federation.lots
            WHERE
                lots.member_id = k.member_id
                AND lots.funder_id = k.funder_id
                AND lots.rule = 'campaign:' || runs.campaign
                AND lots.points_left > 0
        ), 0)
    FROM tenants.correction_runs AS runs
    CROSS JOIN json_to_recordset(%(kept)s::json) AS k (
        member_id bigint, funder_id bigint, got_points bigint, due_points bigint
    )
    WHERE runs.run = %(run)s::text
)

UPDATE tenants.correction_runs
SET
    after_member_id = coalesce(%(after)s::bigint, after_member_id),
    state = CASE WHEN %(after)s::bigint IS NULL THEN 'proposed' ELSE state END
WHERE run = %(run)s::text AND state = 'counting'
