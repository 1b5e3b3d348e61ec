-- What members have used of limited rules: more, or less after all. What was never counted stays so.
WITH more AS (
    INSERT INTO federation.used (member_id, rule, used_on, points)
    SELECT member_id, rule, used_on, points
    FROM json_to_recordset(%(used)s::json) AS u (
        member_id bigint, rule text, used_on date, points bigint
    )
    WHERE points > 0
    ON CONFLICT (member_id, rule, used_on) DO UPDATE SET points = used.points + excluded.points
)

UPDATE federation.used
SET points = greatest(0, used.points + u.points)
FROM json_to_recordset(%(used)s::json) AS u (
    member_id bigint, rule text, used_on date, points bigint
)
WHERE
    u.points < 0
    AND used.member_id = u.member_id
    AND used.rule = u.rule
    AND used.used_on = u.used_on
