-- What a run comes to by member.
SELECT
    members.member_id,
    sum(members.got_points)::bigint AS got_points,
    sum(members.due_points)::bigint AS due_points,
    sum(least(members.got_points - members.due_points, members.left_points))::bigint
        AS can_take_points,
    slips.points AS taken_points,
    slips.short_points AS waived_points,
    undone.run IS NOT NULL AND undone.status < 400 AS undone
FROM tenants.correction_members AS members
LEFT JOIN tenants.correction_slips AS slips
    ON slips.run = members.run AND slips.member_id = members.member_id AND NOT slips.undoes
LEFT JOIN tenants.correction_slips AS undone
    ON undone.run = members.run AND undone.member_id = members.member_id AND undone.undoes
WHERE members.run = %(run)s::text AND members.member_id > %(after)s::bigint
GROUP BY members.member_id, slips.points, slips.short_points, undone.run, undone.status
ORDER BY members.member_id
LIMIT %(most)s::integer
