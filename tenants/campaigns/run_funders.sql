-- What a run comes to by funder.
SELECT
    parties.code AS party,
    sum(members.got_points)::bigint AS got_points,
    sum(members.due_points)::bigint AS due_points,
    sum(members.got_points - members.due_points)::bigint AS excess_points,
    sum(least(members.got_points - members.due_points, members.left_points))::bigint AS can_take_points
FROM tenants.correction_members AS members
INNER JOIN tenants.parties ON parties.party_id = members.funder_id
WHERE members.run = %(run)s::text
GROUP BY parties.code
ORDER BY parties.code
