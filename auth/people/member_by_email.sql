-- Two at most: an address that leads to two members leads to none. Who has left does not count.
SELECT profiles.member_id
FROM federation.profiles
INNER JOIN federation.members USING (member_id)
WHERE
    lower(profiles.email) = %(email)s::text
    AND profiles.email IS NOT NULL
    AND members.state = 'active'
LIMIT 2
