-- What members have used of limited rules, as it now stands.
INSERT INTO federation.used (member_id, rule, used_on, points)
SELECT member_id, rule, used_on, points
FROM json_to_recordset(%(used)s::json) AS u (
    member_id bigint, rule text, used_on date, points bigint
)
ON CONFLICT (member_id, rule, used_on) DO UPDATE SET points = excluded.points
