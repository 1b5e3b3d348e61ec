-- What became of a slice of a run, a notice for each member whose points were moved, and where none is
-- left, the end of the run.
WITH kept AS (
    SELECT *
    FROM json_to_recordset(%(kept)s::json) AS k (
        member_id bigint, status smallint, points bigint, short_points bigint, refusal text
    )
),

slip AS (
    INSERT INTO tenants.correction_slips (
        run, member_id, undoes, status, points, short_points, refusal, booked_at
    )
    SELECT
        %(run)s::text, member_id, %(undoes)s::boolean, status, points, short_points, refusal,
        %(now)s::timestamptz
    FROM kept
    ON CONFLICT DO NOTHING
),

notice AS (
    INSERT INTO tenants.member_notices (member_id, occasion, kind, facts, due_at)
    SELECT
        kept.member_id,
        'correction/' || runs.run || CASE WHEN %(undoes)s THEN '/undo' ELSE '' END,
        'points-corrected',
        jsonb_build_object(
            'points', kept.points, 'undone', %(undoes)s, 'campaign', campaigns.name,
            'campaign_en', campaigns.name_en
        ),
        %(now)s
    FROM kept
    CROSS JOIN tenants.correction_runs AS runs
    INNER JOIN tenants.campaigns ON campaigns.code = runs.campaign AND campaigns.state <> 'rewritten'
    WHERE runs.run = %(run)s AND kept.status < 400
    ON CONFLICT DO NOTHING
)

UPDATE tenants.correction_runs
SET state = CASE WHEN %(undoes)s THEN 'undone' ELSE 'booked' END
WHERE
    run = %(run)s
    AND %(over)s::boolean
    AND state = CASE WHEN %(undoes)s THEN 'undo-approved' ELSE 'approved' END
