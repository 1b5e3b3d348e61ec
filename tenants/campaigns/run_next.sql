-- The next members of a run that wait to be booked, or to be undone where anything was booked.
SELECT
    members.member_id,
    json_agg(
        json_build_array(members.funder_id, members.got_points - members.due_points)
        ORDER BY members.funder_id
    ) AS by_funder,
    coalesce(max(booked.points), 0) AS booked_points
FROM tenants.correction_members AS members
LEFT JOIN tenants.correction_slips AS booked
    ON booked.run = members.run AND booked.member_id = members.member_id AND NOT booked.undoes
LEFT JOIN tenants.correction_slips AS undone
    ON undone.run = members.run AND undone.member_id = members.member_id AND undone.undoes
WHERE
    members.run = %(run)s::text
    AND CASE
        WHEN %(undoes)s::boolean THEN booked.status < 400 AND undone.run IS NULL
        ELSE booked.run IS NULL
    END
GROUP BY members.member_id
ORDER BY members.member_id
LIMIT %(most)s::integer
